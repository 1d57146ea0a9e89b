module groundwork/tools/apiserver/definitions

go 1.26

require (
	sigs.k8s.io/karpenter v1.12.1
	sigs.k8s.io/secrets-store-csi-driver v1.5.4
)
