using System.Text;

namespace IntelMQ.Sdk.Generators;

/// <summary>How names of C# become names of <c>runtime.yaml</c>.</summary>
static class SnakeCase
{
    /// <summary><c>HttpTimeoutSec</c> becomes <c>http_timeout_sec</c>, <c>IPAddress</c> becomes <c>ip_address</c>.</summary>
    public static string Of(string name)
    {
        var result = new StringBuilder(name.Length + 8);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]) && StartsWord(name, i)) result.Append('_');
            result.Append(char.ToLowerInvariant(name[i]));
        }

        return result.ToString();
    }

    static bool StartsWord(string name, int i) =>
        name[i - 1] != '_' && (!char.IsUpper(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
}
