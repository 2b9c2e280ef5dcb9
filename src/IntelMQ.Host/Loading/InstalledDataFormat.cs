using IntelMQ.Configuration;
using IntelMQ.Extensions;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Loading;

/// <summary>The data format of an installation: its <c>harmonization.conf</c>, or the shipped one, with the fields of installed packages.</summary>
/// <param name="Format">What messages may have.</param>
/// <param name="Problems">Fields of packages that are not used, and why.</param>
sealed record InstalledDataFormat(DataFormat Format, IReadOnlyList<Problem> Problems)
{
    /// <summary>Reads the file; disputed fields are left out, and the file has the last word.</summary>
    /// <exception cref="DataFormatException">Something in the file is wrong; the exception lists all.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static InstalledDataFormat Load(IntelMqPaths paths, Catalogue catalogue)
    {
        var hasFile = File.Exists(paths.HarmonizationFile);
        var format = hasFile ? DataFormat.Load(paths.HarmonizationFile) : DataFormat.Shipped;
        if (catalogue.Fields.Count == 0) return new(format, []);

        var problems = new List<Problem>();
        var added = new List<AddedField>();
        foreach (var owner in catalogue.Fields.Select(field => field.Chosen).OfType<FieldOwner>())
        {
            var existing = (owner.Field.Section == "event" ? format.Event : format.Report).All.FirstOrDefault(rule => rule.Field.Name == owner.Field.Name);
            if (existing is null)
            {
                added.Add(owner.Field);
            }
            else if (FieldDefinition.Of(owner.Field).ToRule(static _ => { }) is { } rule && !existing.DemandsTheSameAs(rule))
            {
                problems.Add(new Problem(
                    BotLogLevel.Warning,
                    $"{owner.Field.Section}: {owner.Field.Name} is defined here as {existing.Type} and by {owner}; the definition of this file is used") { File = paths.HarmonizationFile, Package = owner.Package.Id });
            }
        }

        return new(format.With(added), problems);
    }

    /// <summary>Whether two formats accept the same messages.</summary>
    public static bool AreEqual(DataFormat one, DataFormat other) => AreEqual(one.Event, other.Event) && AreEqual(one.Report, other.Report);

    static bool AreEqual(MessageRules one, MessageRules other)
    {
        if (one.All.Count != other.All.Count) return false;
        var rules = other.All.ToDictionary(rule => rule.Field.Name, StringComparer.Ordinal);
        return one.All.All(rule => rules.TryGetValue(rule.Field.Name, out var same) && rule.DemandsTheSameAs(same));
    }
}
