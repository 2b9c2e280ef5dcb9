namespace IntelMQ.Configuration;

/// <summary>Tells by its name whether a value is a secret, which is then never shown.</summary>
internal static class SecretNames
{
    /// <summary>What is shown instead of a secret.</summary>
    public const string Hidden = "(hidden)";

    static readonly string[] Parts = ["password", "passwd", "passphrase", "token", "secret", "credential", "authorization", "cookie", "apikey"];

    // Names that end in "key" and mean the key of a map or a queue.
    static readonly HashSet<string> NotSecret = new(StringComparer.OrdinalIgnoreCase)
    {
        "single_key", "filter_key", "routing_key", "sort_key", "lookup_key", "cache_key",
    };

    public static bool IsSecret(string name) =>
        Parts.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase))
        || (EndsInKey(name) && !NotSecret.Contains(name));

    static bool EndsInKey(string name) =>
        name.EndsWith("key", StringComparison.OrdinalIgnoreCase)
        && (name.Length == 3 || !char.IsAsciiLetter(name[^4]) || (char.IsUpper(name[^3]) && char.IsLower(name[^4])));
}
