namespace IntelMQ.Extensions;

internal static class TrustedKeys
{
    /// <summary>The folder in a root that holds the keys.</summary>
    public const string DirectoryName = "keys";
}
