using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration;

/// <summary>A queue that a bot sends to, with where it is written.</summary>
internal sealed record QueueReference(string Path, string Queue, MergedParameter Source);

/// <summary>Where a bot sends: its paths, each with one or more queues. Empty for a bot that sends nothing.</summary>
internal sealed class DestinationQueues
{
    /// <summary>The path of messages that a bot sends without naming one.</summary>
    public const string DefaultPath = "_default";

    const string Expected = "a list of queue names, or a map from path to such lists";

    readonly Dictionary<string, IReadOnlyList<string>> _paths = new(StringComparer.Ordinal);
    readonly List<QueueReference> _references = [];

    /// <summary>The queues of each path, in the order of the file.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Paths => _paths;

    /// <summary>Every queue with where it is written.</summary>
    public IReadOnlyList<QueueReference> References => _references;

    /// <summary>Reads the three forms: a text of names, a list of names, a map from path to either.</summary>
    public static DestinationQueues Read(MergedParameters parameters, ProblemList problems)
    {
        var queues = new DestinationQueues();
        if (!parameters.TryFind("destination_queues", out var parameter) || parameter.Value is null)
        {
            return queues;
        }

        if (parameter.Value is SourceMap map)
        {
            foreach (var entry in map.Entries)
            {
                queues.Add(entry.Key, parameter.Child(entry), problems);
            }
        }
        else
        {
            queues.Add(DefaultPath, parameter, problems);
        }

        return queues;
    }

    void Add(string path, MergedParameter value, ProblemList problems)
    {
        var names = new List<string>();
        switch (value.Value)
        {
            case string text:
                names.AddRange(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
                _references.AddRange(names.Select(name => new QueueReference(path, name, value)));
                break;
            case SourceList list:
                for (var i = 0; i < list.Count; i++)
                {
                    AddItem(path, value.Item(i), names, problems);
                }

                break;
            default:
                problems.AddValue(Severity.Error, value, "names no queues", Expected);
                break;
        }

        _paths[path] = names;
    }

    void AddItem(string path, MergedParameter item, List<string> names, ProblemList problems)
    {
        if (item.Value is not string { Length: > 0 } name)
        {
            problems.AddValue(Severity.Error, item, "is not the name of a queue", "a text that is not empty");
            return;
        }

        names.Add(name);
        _references.Add(new QueueReference(path, name, item));
    }
}
