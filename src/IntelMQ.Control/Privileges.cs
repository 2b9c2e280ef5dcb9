using System.Globalization;
using IntelMQ.Configuration;

namespace IntelMQ.Control;

/// <summary>What the program does about being run as root.</summary>
static class Privileges
{
    const string User = "intelmq";

    /// <summary>
    /// As root on a system installation, becomes the user <c>intelmq</c> where there is one, as the original does. Elsewhere
    /// (containers, a newcomer's first try) root is allowed.
    /// </summary>
    /// <param name="paths">Of the installation.</param>
    /// <param name="passwords">Content of <c>/etc/passwd</c>.</param>
    /// <returns>True when the process now is that user.</returns>
    /// <exception cref="ControlException">The change did not work.</exception>
    public static bool Drop(IntelMqPaths paths, IEnumerable<string> passwords)
    {
        if (!IsSystemInstallation(paths) || FindUser(passwords) is not { } ids) return false;
        if (Posix.SetGroupsOf(User, ids.Group) != 0 || Posix.SetGroup(ids.Group) != 0 || Posix.SetUser(ids.User) != 0)
            throw new ControlException("IntelMQ must not run as root. Dropping privileges did not work.");
        return true;
    }

    internal static bool IsSystemInstallation(IntelMqPaths paths) =>
        paths.ConfigDirectory is "/opt/intelmq/etc" or "/etc/intelmq";

    internal static (uint User, uint Group)? FindUser(IEnumerable<string> passwords)
    {
        foreach (var line in passwords)
        {
            var parts = line.Split(':');
            if (parts.Length > 3 && parts[0] == User
                && uint.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var user) && uint.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var group))
            {
                return (user, group);
            }
        }

        return null;
    }
}
