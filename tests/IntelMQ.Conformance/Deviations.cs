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
    public string? RuleFor(string group, string difference) => _all.FirstOrDefault(d => d.Shows.Any(shows => shows.Of.IsMatch(group) && shows.Difference.IsMatch(difference)))?.Rule;

    /// <param name="Rule">What we do.</param>
    /// <param name="Shows">Where and how it shows.</param>
    sealed record Deviation(string Rule, IReadOnlyList<Sign> Shows);

    /// <param name="Of">Which bots or kinds of calls it is about.</param>
    /// <param name="Difference">What a comparison says.</param>
    sealed record Sign(Regex Of, Regex Difference);

    /// <summary>An entry as it is written.</summary>
    sealed class Entry
    {
        public string Rule { get; set; } = "";

        public string Reason { get; set; } = "";

        public string Reference { get; set; } = "";

        public List<WrittenSign> Shows { get; set; } = [];

        public Deviation ToDeviation()
        {
            foreach (var (name, value) in new[] { ("rule", Rule), ("reason", Reason), ("reference", Reference) })
                if (value.Length == 0)
                    throw new InvalidDataException($"deviations.yaml: an entry has no '{name}': {Rule}");
            if (Shows.Count == 0) throw new InvalidDataException($"deviations.yaml: an entry shows nowhere: {Rule}");
            return new(Rule, [.. Shows.Select(sign => new Sign(Compile(sign.Of), Compile(sign.Difference)))]);
        }

        Regex Compile(string pattern) =>
            pattern.Length == 0 ? throw new InvalidDataException($"deviations.yaml: an entry has no 'of' or no 'difference': {Rule}") : new($"^(?:{pattern})", RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(10));
    }

    sealed class WrittenSign
    {
        public string Of { get; set; } = "";

        public string Difference { get; set; } = "";
    }
}
