using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Twitter;

/// <summary>Finds URLs in free text, such as tweets, also those that were made harmless: <c>hxxp://www[.]example[.]com/x</c>.</summary>
/// <remarks>What ends in a name that is none of the top-level domains is no URL, such as <c>sales.exe</c>.</remarks>
[Bot("intelmq.bots.parsers.twitter.parser")]
public sealed partial class TwitterParser(TwitterParserOptions options) : Parser<ReadOnlyMemory<byte>>
{
    // What the library of the original takes where nothing else is said.
    const string UsualScheme = "https";

    static readonly FrozenSet<string> TopLevelNames =
        EmbeddedTable.Read<TwitterParser>("names.table.json").Items("top_level_names").Select(name => name.Value.ToString()).ToFrozenSet(StringComparer.Ordinal);

    (string From, string To)[] _substitutions = [];
    Regex[] _whitelist = [];
    string _type = "";

    /// <inheritdoc />
    protected override RowFormat<ReadOnlyMemory<byte>> Format { get; } = RowFormat.Whole();

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _substitutions = options.ReadSubstitutions() ?? throw new ConfigurationException(TwitterParserOptions.WrongSubstitutions);
        _whitelist = [.. options.DomainWhitelist.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pattern => PythonRegex.Compile(pattern + "$"))];
        _type = DataType.ClassificationType.IsValidSanitized(options.ClassificationType) ? options.ClassificationType : "unknown";
        return default;
    }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(ReadOnlyMemory<byte> row, Report report)
    {
        var text = report.RawText;
        foreach (var (from, to) in _substitutions) text = text.Replace(from, to, StringComparison.Ordinal);
        foreach (var word in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var match = Address.Match(word.ToLowerInvariant());
            if (!match.Success || !IsWanted(match.Groups[2].Value)) continue;
            var e = report.NewEvent();
            e.Add(Source.Url, Normalize(match.Groups[2].Value));
            e.Add(ClassificationType, _type);
            yield return e;
        }
    }

    [GeneratedRegex(@"(//|^)([a-z0-9.-]*[a-z]\.[a-z][a-z-]*?(?:[/:].*|$))", RegexOptions.NonBacktracking)]
    private static partial Regex Address { get; }

    bool IsWanted(string address)
    {
        var name = NameOf(address);
        return TopLevelNames.Contains(name[(name.LastIndexOf('.') + 1)..]) && !_whitelist.Any(pattern => pattern.IsMatch(name));
    }

    static string NameOf(string address)
    {
        var end = address.AsSpan().IndexOfAny('/', ':');
        return end < 0 ? address : address[..end];
    }

    /// <summary>With a scheme and a path, without the usual port, and with escapes for what a URL cannot have.</summary>
    string Normalize(string address)
    {
        var scheme = string.IsNullOrEmpty(options.DefaultScheme) ? UsualScheme : options.DefaultScheme;
        var slash = address.IndexOf('/', StringComparison.Ordinal);
        var (host, path) = slash < 0 ? (address, "/") : (address[..slash], address[slash..]);
        var usualPort = scheme == "http" ? ":80" : ":443";
        if (host.EndsWith(usualPort, StringComparison.Ordinal)) host = host[..^usualPort.Length];
        return $"{scheme}://{host}{Escape(path)}";
    }

    static string Escape(string path)
    {
        if (Ascii.IsValid(path)) return path;
        var escaped = new StringBuilder(path.Length + 16);
        foreach (var rune in path.EnumerateRunes()) escaped.Append(rune.IsAscii ? rune.ToString() : Uri.EscapeDataString(rune.ToString()));
        return escaped.ToString();
    }
}

/// <summary>Parameters of <see cref="TwitterParser"/>.</summary>
public sealed record TwitterParserOptions : BotOptions, ICheckable
{
    internal const string WrongSubstitutions = "substitutions has an odd number of texts; expected pairs of what is replaced and by what, all with semicolons between.";

    /// <summary>What is replaced before URLs are looked for: pairs of texts, all with semicolons between.</summary>
    public string Substitutions { get; init; } = ".net;[.]net";

    /// <summary>Names of hosts that are left out: regular expressions for the end of the name, with commas between.</summary>
    public string DomainWhitelist { get; init; } = "t.co";

    /// <summary>The <c>classification.type</c> of all events.</summary>
    public string ClassificationType { get; init; } = "blacklist";

    /// <summary>The scheme of the URLs; <c>https</c> if not given.</summary>
    public string? DefaultScheme { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (ReadSubstitutions() is null) yield return new(BotLogLevel.Error, WrongSubstitutions, "substitutions");
    }

    /// <returns>Null when the texts are no pairs.</returns>
    internal (string From, string To)[]? ReadSubstitutions()
    {
        if (Substitutions.Length == 0) return [];
        var texts = Substitutions.Split(';');
        return texts.Length % 2 == 0 ? [.. texts.Chunk(2).Where(pair => pair[0].Length > 0).Select(pair => (pair[0], pair[1]))] : null;
    }
}
