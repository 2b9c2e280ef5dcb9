namespace IntelMQ.Architecture.Tests;

public sealed class ReferenceTests
{
    /// <summary>Who may compile against whom. ARCHITECTURE.md draws it; what is not here is not allowed.</summary>
    static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["IntelMQ.Sdk"] = [],
        ["IntelMQ.Sdk.Generators"] = [],
        ["IntelMQ.Sdk.Tasks"] = [],
        ["IntelMQ.Sdk.Testing"] = ["IntelMQ.Sdk"],
        ["IntelMQ.Bots"] = ["IntelMQ.Sdk", "IntelMQ.Redis"],
        ["IntelMQ.Bots.Kafka"] = ["IntelMQ.Sdk"],
        ["IntelMQ.Bots.Mongo"] = ["IntelMQ.Sdk"],
        ["IntelMQ.Bots.OpenDxl"] = ["IntelMQ.Sdk"],
        ["IntelMQ.Bots.Sql"] = ["IntelMQ.Sdk"],
        ["IntelMQ.Bots.Amqp"] = ["IntelMQ.Sdk", "IntelMQ.Amqp"],
        ["IntelMQ.Amqp"] = [],
        ["IntelMQ.Redis"] = [],
        ["IntelMQ.Brokers"] = ["IntelMQ.Redis"],
        ["IntelMQ.Brokers.Amqp"] = ["IntelMQ.Brokers", "IntelMQ.Amqp"],
        ["IntelMQ.Configuration"] = [],
        ["IntelMQ.Extensions"] = ["IntelMQ.Sdk"],
        ["IntelMQ.Services"] = ["IntelMQ.Sdk", "IntelMQ.Redis"],
        ["IntelMQ.Host"] = ["IntelMQ.Sdk", "IntelMQ.Brokers", "IntelMQ.Brokers.Amqp", "IntelMQ.Amqp", "IntelMQ.Configuration", "IntelMQ.Extensions", "IntelMQ.Services", "IntelMQ.Redis"],
        ["IntelMQ.Control"] = ["IntelMQ.Host", "IntelMQ.Sdk", "IntelMQ.Brokers", "IntelMQ.Configuration", "IntelMQ.Extensions", "IntelMQ.Services", "IntelMQ.Redis"],
        ["IntelMQ.Cli"] = ["IntelMQ.Control", "IntelMQ.Host", "IntelMQ.Sdk", "IntelMQ.Brokers", "IntelMQ.Configuration", "IntelMQ.Extensions", "IntelMQ.Services", "IntelMQ.Redis"],
    };

    [Fact]
    public void References_point_one_way()
    {
        var wrong = Repository.Projects("src").Values
            .SelectMany(p => p.References.Where(r => r.IsCode && !Allowed.GetValueOrDefault(p.Name, []).Contains(r.Name)).Select(r => $"{p.Name} -> {r.Name}"));

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_project_below_src_has_its_place_in_the_picture() =>
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), Repository.Projects("src").Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Nothing_compiles_against_the_built_in_bots_since_they_are_a_package_like_any_other()
    {
        var wrong = Repository.Projects("src").Values.Where(p => p.References.Any(r => r is { IsCode: true, Name: "IntelMQ.Bots" })).Select(p => p.Name);

        Assert.Empty(wrong);
    }

    [Fact]
    public void The_solution_holds_every_project()
    {
        var solution = File.ReadAllText(Repository.PathOf("IntelMQ.slnx"));
        var missing = ((string[])["src", "tests", "benchmarks"])
            .Where(f => Directory.Exists(Repository.PathOf(f)))
            .SelectMany(f => Repository.Projects(f).Values)
            .Select(p => Path.GetRelativePath(Repository.Root, p.Path))
            .Where(p => !solution.Contains(p, StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    [Fact]
    public void Only_what_authors_of_extensions_need_is_packed()
    {
        var packed = ((string[])["*.csproj", "*.props", "*.targets"])
            .SelectMany(pattern => Directory.EnumerateFiles(Repository.PathOf("src"), pattern, SearchOption.AllDirectories))
            .Where(file => File.ReadAllText(file).Contains("<IsPackable>true", StringComparison.Ordinal))
            .Select(file => Path.GetRelativePath(Repository.PathOf("src"), file).Split('/')[0])
            .Order(StringComparer.Ordinal);

        Assert.Equal(["IntelMQ.Sdk", "IntelMQ.Sdk.Testing"], packed);
    }
}
