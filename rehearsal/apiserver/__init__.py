"""`make apiserver`: the Kubernetes objects of an environment on a real API server.

A kube-apiserver, its etcd and the controllers that admission needs are built from pinned Go modules
(`tools/apiserver`) and run on loopback, once for each cluster of the environment:

* every object is applied, with all unknown fields refused, and applied again, which must change nothing;
* the pods that it asks for are created as a dry run, so that pod security and everything else of admission
  answers;
* who may do what is asked of the server's own authorizer, and compared with what the rehearsal makes of
  the Roles;
* objects that are wrong on purpose are given to the server and to the embedded cluster: what one of them
  takes and the other refuses is a finding.
"""
