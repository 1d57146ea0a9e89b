"""Objects of a schema that applications make less often: operators, casts, text search, publications, others.

With `functions/shared/schema.py` it is all that pg_dump can take along (PostgreSQL, src/bin/pg_dump,
DumpableObjectType), but large objects, which are data, and security labels, whose providers RDS lacks.
"""

from __future__ import annotations

# Of schemas `n`: those that are not PostgreSQL's own.
OURS = (
    "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%'"
    " AND n.nspname NOT LIKE 'pg\\_temp%'"
)
# What is in no schema: PostgreSQL's own has a lower number (access/transam.h, FirstNormalObjectId).
_FIRST = 16384


def of_no_extension(catalog: str, of: str) -> str:
    """A condition: an extension has not made it, whose version stands for all that it has made.

    Args:
        catalog: where the object is listed.
        of: its number.
    """
    return (
        f"NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '{catalog}'::regclass AND e.objid = {of}"
        " AND e.deptype = 'e')"
    )


# As in schema.py: a line for each object, without the numbers that PostgreSQL gives.
_OPERATORS = f"""
  SELECT 'operator', concat(n.nspname, '.', o.oprname, '(', format_type(o.oprleft, NULL), ', ',
    format_type(o.oprright, NULL), ')'), concat_ws(' ', o.oprowner::regrole, o.oprcode::regprocedure,
    format_type(o.oprresult, NULL), o.oprcom::regoperator, o.oprnegate::regoperator, o.oprcanmerge,
    o.oprcanhash, o.oprrest::regproc, o.oprjoin::regproc)
  FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
  WHERE {OURS} AND {of_no_extension("pg_operator", "o.oid")}
  UNION ALL SELECT 'operator family', concat(n.nspname, '.', f.opfname, ' ', m.amname), concat_ws(' ',
    f.opfowner::regrole,
    (SELECT string_agg(concat_ws(' ', a.amopstrategy, a.amoppurpose, a.amopopr::regoperator), ','
       ORDER BY a.amopstrategy, a.amopopr::regoperator::text) FROM pg_amop a WHERE a.amopfamily = f.oid),
    (SELECT string_agg(concat_ws(' ', a.amprocnum, a.amproc::regprocedure), ','
       ORDER BY a.amprocnum, a.amproc::regprocedure::text) FROM pg_amproc a WHERE a.amprocfamily = f.oid))
  FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace JOIN pg_am m ON m.oid = f.opfmethod
  WHERE {OURS} AND {of_no_extension("pg_opfamily", "f.oid")}
  UNION ALL SELECT 'operator class', concat(n.nspname, '.', o.opcname, ' ', m.amname), concat_ws(' ',
    o.opcowner::regrole, f.opfname, format_type(o.opcintype, NULL), o.opcdefault,
    format_type(o.opckeytype, NULL))
  FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace JOIN pg_am m ON m.oid = o.opcmethod
    JOIN pg_opfamily f ON f.oid = o.opcfamily
  WHERE {OURS} AND {of_no_extension("pg_opclass", "o.oid")}
  UNION ALL SELECT 'access method', m.amname::text, concat_ws(' ', m.amtype, m.amhandler::regproc)
  FROM pg_am m WHERE m.oid >= {_FIRST} AND {of_no_extension("pg_am", "m.oid")}
  UNION ALL SELECT 'cast', concat(format_type(c.castsource, NULL), ' as ', format_type(c.casttarget, NULL)),
    concat_ws(' ', c.castfunc::regprocedure, c.castcontext, c.castmethod)
  FROM pg_cast c WHERE c.oid >= {_FIRST} AND {of_no_extension("pg_cast", "c.oid")}
    -- A range's own come with it.
    AND NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_cast'::regclass AND i.objid = c.oid
      AND i.deptype = 'i')
  UNION ALL SELECT 'transform', concat(format_type(t.trftype, NULL), ' for ', l.lanname),
    concat_ws(' ', t.trffromsql::regprocedure, t.trftosql::regprocedure)
  FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE {of_no_extension("pg_transform", "t.oid")}
  UNION ALL SELECT 'language', l.lanname::text, concat_ws(' ', l.lanowner::regrole, l.lanpltrusted,
    l.lanplcallfoid::regproc, l.laninline::regproc, l.lanvalidator::regproc, l.lanacl)
  FROM pg_language l WHERE l.lanispl
"""
_TEXT = f"""
  -- Columns of ICU's collations have another name since PostgreSQL 17.
  SELECT 'collation', concat_ws('.', n.nspname, c.collname), concat_ws(' ', c.collowner::regrole,
    to_jsonb(c) - '{{oid,collnamespace,collowner,collversion}}'::text[])
  FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
  WHERE {OURS} AND {of_no_extension("pg_collation", "c.oid")}
  UNION ALL SELECT 'conversion', concat_ws('.', n.nspname, c.conname), concat_ws(' ', c.conowner::regrole,
    c.conforencoding, c.contoencoding, c.conproc::regproc, c.condefault)
  FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace
  WHERE {OURS} AND {of_no_extension("pg_conversion", "c.oid")}
  UNION ALL SELECT 'text search configuration', concat_ws('.', n.nspname, c.cfgname), concat_ws(' ',
    c.cfgowner::regrole, (SELECT prsname FROM pg_ts_parser WHERE oid = c.cfgparser),
    (SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapseqno, m.mapdict::regdictionary), ','
       ORDER BY m.maptokentype, m.mapseqno) FROM pg_ts_config_map m WHERE m.mapcfg = c.oid))
  FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace
  WHERE {OURS} AND {of_no_extension("pg_ts_config", "c.oid")}
  UNION ALL SELECT 'text search dictionary', concat_ws('.', n.nspname, d.dictname), concat_ws(' ',
    d.dictowner::regrole, (SELECT tmplname FROM pg_ts_template WHERE oid = d.dicttemplate), d.dictinitoption)
  FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
  WHERE {OURS} AND {of_no_extension("pg_ts_dict", "d.oid")}
  UNION ALL SELECT 'text search parser', concat_ws('.', n.nspname, p.prsname), concat_ws(' ',
    p.prsstart::regproc, p.prstoken::regproc, p.prsend::regproc, p.prslextype::regproc,
    p.prsheadline::regproc)
  FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
  WHERE {OURS} AND {of_no_extension("pg_ts_parser", "p.oid")}
  UNION ALL SELECT 'text search template', concat_ws('.', n.nspname, t.tmplname), concat_ws(' ',
    t.tmplinit::regproc, t.tmpllexize::regproc)
  FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
  WHERE {OURS} AND {of_no_extension("pg_ts_template", "t.oid")}
"""
_ELSEWHERE = f"""
  SELECT 'publication', p.pubname::text, concat_ws(' ', p.pubowner::regrole,
    to_jsonb(p) - '{{oid,pubowner}}'::text[],
    (SELECT string_agg(concat_ws(' ', r.prrelid::regclass, pg_get_expr(r.prqual, r.prrelid), r.prattrs), ','
       ORDER BY r.prrelid::regclass::text) FROM pg_publication_rel r WHERE r.prpubid = p.oid),
    (SELECT string_agg(s.pnnspid::regnamespace::text, ',' ORDER BY s.pnnspid::regnamespace::text)
     FROM pg_publication_namespace s WHERE s.pnpubid = p.oid))
  FROM pg_publication p
  -- How it connects may have a password, and nobody but a superuser reads it.
  UNION ALL SELECT 'subscription', s.subname::text, concat_ws(' ', s.subowner::regrole, s.subenabled,
    s.subslotname, s.subsynccommit, s.subpublications)
  FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid AND d.datname = current_database()
  UNION ALL SELECT 'foreign-data wrapper', w.fdwname::text, concat_ws(' ', w.fdwowner::regrole,
    w.fdwhandler::regproc, w.fdwvalidator::regproc, w.fdwacl, w.fdwoptions)
  FROM pg_foreign_data_wrapper w WHERE {of_no_extension("pg_foreign_data_wrapper", "w.oid")}
  UNION ALL SELECT 'server', s.srvname::text, concat_ws(' ', s.srvowner::regrole, w.fdwname, s.srvtype,
    s.srvversion, s.srvacl, s.srvoptions)
  FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
  WHERE {of_no_extension("pg_foreign_server", "s.oid")}
  UNION ALL SELECT 'user mapping', concat(m.usename, ' for ', m.srvname), concat_ws(' ', m.umoptions)
  FROM pg_user_mappings m
  UNION ALL SELECT 'foreign table', concat_ws('.', n.nspname, c.relname),
    concat_ws(' ', s.srvname, f.ftoptions)
  FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE {OURS}
"""
_ABOUT = f"""
  SELECT 'statistics', concat_ws('.', n.nspname, s.stxname),
    concat_ws(' ', s.stxowner::regrole, pg_get_statisticsobjdef(s.oid), s.stxstattarget)
  FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE {OURS}
  UNION ALL SELECT 'default privileges', concat_ws(' ', d.defaclrole::regrole, n.nspname, d.defaclobjtype),
    d.defaclacl::text
  FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
  UNION ALL SELECT 'setting', concat_ws(' ', CASE WHEN s.setrole <> 0 THEN s.setrole::regrole END, 'here'),
    s.setconfig::text
  FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase AND d.datname = current_database()
  UNION ALL SELECT 'comment', concat_ws(' ', o.type, o.identity), c.description
  FROM pg_description c, pg_identify_object(c.classoid, c.objoid, c.objsubid) o
  WHERE c.objoid >= {_FIRST} AND coalesce(o.schema, '') NOT LIKE 'pg\\_t%'
"""
SELDOM = " UNION ALL ".join((_OPERATORS, _TEXT, _ELSEWHERE, _ABOUT))
