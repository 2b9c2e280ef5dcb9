namespace IntelMQ.Sdk.Testing;

/// <summary>What a bot can ask for: the objects of the test first, then the fakes.</summary>
sealed class ServiceSet : IServiceProvider
{
    readonly object[] _services;

    public ServiceSet(object[] given)
    {
        Time = given.OfType<FakeTime>().FirstOrDefault() ?? new();
        Dns = given.OfType<FakeDns>().FirstOrDefault() ?? new();
        Http = given.OfType<FakeHttp>().FirstOrDefault() ?? new();
        Cache = given.OfType<MemoryCache>().FirstOrDefault() ?? new(given.OfType<TimeProvider>().FirstOrDefault() ?? Time);
        _services = [.. given, Time, Dns, Http, Cache];
    }

    public FakeTime Time { get; }

    public FakeDns Dns { get; }

    public FakeHttp Http { get; }

    public MemoryCache Cache { get; }

    public TimeProvider TimeInUse => _services.OfType<TimeProvider>().First();

    public object? GetService(Type serviceType) => Array.Find(_services, serviceType.IsInstanceOfType);
}
