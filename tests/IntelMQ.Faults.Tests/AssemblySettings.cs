// Each test starts a host with several bots and measures it: one after the other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
