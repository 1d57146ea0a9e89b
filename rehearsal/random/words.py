"""The words that RandomPet puts together."""

from __future__ import annotations

ADVERBS: list[str] = """
    barely boldly brightly calmly clearly closely daily deeply duly early easily evenly fairly
    firmly freely fully gently gladly greatly hardly highly honestly kindly largely lately lightly
    likely loudly mainly mildly mostly nearly neatly newly nicely openly partly plainly promptly
    purely quickly quietly rarely readily really safely sharply slowly smoothly softly solely
    soundly strongly surely swiftly thickly thinly truly vastly warmly wholly widely wisely
""".split()

ADJECTIVES: list[str] = """
    able active amber ample brave bright brisk broad calm careful clever cool cosmic crisp daring
    deep eager early exact fair famous fast fine firm fond frank free fresh gentle glad golden grand
    happy hardy honest humble ideal jolly keen kind large light lively loyal lucky mellow mighty
    modest neat noble patient plain polite prime proud pure quick quiet rapid ready rich robust
    sharp shiny silent smart smooth solid steady strong sunny tidy tough true useful vivid warm wise
    witty young
""".split()

ANIMALS: list[str] = """
    alpaca ant badger bat bear beaver bee bison boar buffalo camel cat cobra cod condor cow crab
    crane cricket crow deer dingo dog dolphin donkey dove dragonfly duck eagle eel egret elk emu
    falcon ferret finch fox frog gecko gibbon goat goose gull hamster hare hawk heron horse hound
    ibis iguana jackal jaguar kiwi koala lark lemur leopard lion lizard llama lobster lynx magpie
    marmot mole moose moth mouse newt ocelot octopus orca otter owl ox panda parrot pelican penguin
    pigeon puffin puma quail rabbit raven robin salmon seal shark sheep shrew skunk snail sparrow
    spider squid stork swan tiger toad trout turtle viper walrus wasp weasel whale wolf wombat wren
    yak zebra
""".split()
