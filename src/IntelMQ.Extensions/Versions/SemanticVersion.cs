using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>A version as SemVer 2 defines it. Build metadata (<c>+…</c>) is accepted and forgotten: it has no part in precedence.</summary>
internal sealed record SemanticVersion(int Major, int Minor, int Patch, string Prerelease = "") : IComparable<SemanticVersion>
{
    /// <summary>The version of the SDK that this process runs with.</summary>
    public static SemanticVersion OfSdk { get; } =
        Parse(typeof(Bot).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "1.0.0");

    public bool IsPrerelease => Prerelease.Length > 0;

    /// <exception cref="FormatException">The text is no version.</exception>
    public static SemanticVersion Parse(string text) =>
        TryParse(text, out var version) ? version : throw new FormatException($"'{text}' is not a version such as 1.2.3 or 1.2.3-beta.1");

    public static bool TryParse(string text, [NotNullWhen(true)] out SemanticVersion? version) => TryParse(text, parts: 3, out version);

    /// <summary>Ends of intervals may be short: <c>[1.0, 2)</c>.</summary>
    internal static bool TryParseShort(string text, [NotNullWhen(true)] out SemanticVersion? version) => TryParse(text, parts: 1, out version);

    static bool TryParse(string text, int parts, [NotNullWhen(true)] out SemanticVersion? version)
    {
        version = null;
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        if (plus >= 0 && !AreIdentifiers(text[(plus + 1)..], leadingZeros: true)) return false;
        var core = plus < 0 ? text : text[..plus];
        var dash = core.IndexOf('-', StringComparison.Ordinal);
        var prerelease = dash < 0 ? "" : core[(dash + 1)..];
        if (dash >= 0 && !AreIdentifiers(prerelease, leadingZeros: false)) return false;

        var numbers = (dash < 0 ? core : core[..dash]).Split('.');
        if (numbers.Length < parts || numbers.Length > 3) return false;
        Span<int> values = [0, 0, 0];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] is ['0', _, ..] || !int.TryParse(numbers[i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i])) return false;
        }

        version = new(values[0], values[1], values[2], prerelease);
        return true;
    }

    static bool AreIdentifiers(string text, bool leadingZeros) =>
        text.Split('.').All(part => part.Length > 0
            && part.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            && (leadingZeros || part.Length == 1 || part[0] != '0' || !part.All(char.IsAsciiDigit)));

    public int CompareTo(SemanticVersion? other)
    {
        if (other is null) return 1;
        var order = (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));
        if (order != 0 || Prerelease == other.Prerelease) return order;
        if (!IsPrerelease) return 1;
        if (!other.IsPrerelease) return -1;
        return ComparePrereleases(Prerelease.Split('.'), other.Prerelease.Split('.'));
    }

    static int ComparePrereleases(string[] left, string[] right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var order = CompareIdentifiers(left[i], right[i]);
            if (order != 0) return order;
        }

        return left.Length.CompareTo(right.Length);
    }

    // Numbers go before words; they have no leading zeros, so the longer one is the larger, whatever its size.
    static int CompareIdentifiers(string left, string right)
    {
        bool leftIsNumber = left.All(char.IsAsciiDigit), rightIsNumber = right.All(char.IsAsciiDigit);
        if (leftIsNumber != rightIsNumber) return leftIsNumber ? -1 : 1;
        return leftIsNumber && left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right);
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}{(IsPrerelease ? "-" : "")}{Prerelease}");

    public static bool operator <(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) >= 0;
}
