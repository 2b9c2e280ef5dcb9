using IntelMQ.Bots.Outputs.Blackhole;

namespace IntelMQ.Bots.Tests;

/// <summary>Who knows the name of a bot knows where it is, and the other way round.</summary>
public sealed class BotPathTests
{
    static readonly Type[] Bots = [.. typeof(BlackholeOutput).Assembly.GetTypes().Where(type => type.IsDefined(typeof(BotAttribute), inherit: false))];

    [Fact]
    public void Namespace_and_class_of_a_bot_follow_from_its_module()
    {
        var wrong = Bots.Where(type => !Candidates(ModuleOf(type)).Contains(type.FullName!.ToLowerInvariant()))
            .Select(type => $"{ModuleOf(type)} is {type.FullName}; expected {string.Join(" or ", Candidates(ModuleOf(type)))} (in any case of letters). Move the folder and rename the class.");

        Assert.Empty(wrong);
    }

    [Fact]
    public void The_folder_of_a_bot_is_its_namespace_and_has_all_that_belongs_to_it()
    {
        var root = SourceRoot();
        var missing = Bots.SelectMany(type =>
        {
            var folder = Path.Combine(root, type.Namespace!["IntelMQ.Bots.".Length..].Replace('.', Path.DirectorySeparatorChar));
            return new[] { $"{type.Name}.cs", "README.md", "sample.yaml" }.Select(name => Path.Combine(folder, name)).Where(path => !File.Exists(path));
        });

        Assert.Empty(missing);
    }

    static string ModuleOf(Type type) => ((BotAttribute)Attribute.GetCustomAttribute(type, typeof(BotAttribute))!).Name;

    /// <summary>
    /// <c>intelmq.bots.parsers.abusech.parser_feodotracker</c> is <c>Parsers.AbuseCh.FeodoTracker.FeodoTrackerParser</c>; where the last
    /// part says nothing more than the one before (<c>url.expert</c>, <c>http.collector_http</c>), there is one folder only.
    /// </summary>
    static string[] Candidates(string module)
    {
        var parts = module.Split('.');
        var (group, organization, last) = (parts[2], parts[3].Replace("_", "", StringComparison.Ordinal), parts[^1]);
        var kind = group[..^1];
        var name = last.StartsWith(kind, StringComparison.Ordinal) ? last[kind.Length..].Replace("_", "", StringComparison.Ordinal) : last.Replace("_", "", StringComparison.Ordinal);
        return name.Length == 0 || name == organization
            ? [$"intelmq.bots.{group}.{organization}.{organization}{kind}"]
            : [$"intelmq.bots.{group}.{organization}.{name}.{name}{kind}"];
    }

    static string SourceRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "IntelMQ.slnx")))
                return Path.Combine(directory.FullName, "src", "IntelMQ.Bots");
        throw new DirectoryNotFoundException("The tests do not run within the repository.");
    }
}
