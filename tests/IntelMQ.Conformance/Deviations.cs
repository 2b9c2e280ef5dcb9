using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace IntelMQ.Conformance;

/// <summary>Where our code does something else on purpose: <c>deviations.yaml</c>.</summary>
sealed class Deviations
{
    readonly IReadOnlyList<Deviation> _all;

    Deviations(IReadOnlyList<Deviation> all) => _all = all;

    public static Deviations Load()
    {
        using var stream = typeof(Deviations).Assembly.GetManifestResourceStream("deviations.yaml")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var entries = new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).Build().Deserialize<List<Entry>>(reader);
        return new([.. entries.Select(static e => e.ToDeviation())]);
    }

    /// <summary>The rule by which a difference is as it should be, or null.</summary>
    public string? RuleFor(string group, string difference) =>
        _all.FirstOrDefault(d => d.Of.IsMatch(group) && d.Difference.IsMatch(difference))?.Rule;

    /// <param name="Rule">What we do.</param>
    /// <param name="Of">Which bots or kinds of calls it is about.</param>
    /// <param name="Difference">How it shows.</param>
    sealed record Deviation(string Rule, Regex Of, Regex Difference);

    /// <summary>An entry as it is written.</summary>
    sealed class Entry
    {
        public string Rule { get; set; } = "";

        public string Reason { get; set; } = "";

        public string Reference { get; set; } = "";

        public string Of { get; set; } = "";

        public string Difference { get; set; } = "";

        public Deviation ToDeviation()
        {
            foreach (var (name, value) in new[] { ("rule", Rule), ("reason", Reason), ("reference", Reference), ("of", Of), ("difference", Difference) })
                if (value.Length == 0)
                    throw new InvalidDataException($"deviations.yaml: an entry has no '{name}': {Rule}");
            return new(Rule, Compile(Of), Compile(Difference));
        }

        static Regex Compile(string pattern) => new($"^(?:{pattern})", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.Singleline);
    }
}
