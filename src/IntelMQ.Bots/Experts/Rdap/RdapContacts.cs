namespace IntelMQ.Bots.Experts.Rdap;

/// <summary>The mail addresses in what a server knows about a domain, by the role of their owners.</summary>
sealed class RdapContacts(string domain, IBotLog log)
{
    readonly Dictionary<string, string> _byRole = new(StringComparer.Ordinal);

    /// <summary>The address of the first role for which there is one.</summary>
    public string? In(JsonRow answer, IReadOnlyList<string> roles)
    {
        Collect(answer);
        return roles.Select(role => _byRole.GetValueOrDefault(role)).FirstOrDefault(address => address is not null);
    }

    void Collect(JsonRow within)
    {
        foreach (var entity in within.Items("entities"))
        {
            if (entity.Value.Map is null)
            {
                log.Warning($"Among the entities of the answer about '{domain}' there is {entity}, which is no object; it is passed over.");
                continue;
            }

            string[] roles = [.. entity.Items("roles").Select(role => role.Value.Text).OfType<string>()];
            if (roles.Contains("removed")) continue;
            if (MailOf(entity) is { } mail)
                foreach (var role in roles)
                    _byRole.TryAdd(role, mail);
            Collect(entity);
        }
    }

    // ["vcard", [["version", {}, "text", "4.0"], ["email", {}, "text", "abuse@example.com"]]]
    static string? MailOf(JsonRow entity) =>
        entity.Get("vcardArray").List is [_, IReadOnlyList<object?> properties, ..]
            ? properties.Select(property => property is IReadOnlyList<object?> and ["email", _, _, string { Length: > 0 } mail, ..] ? mail : null).FirstOrDefault(mail => mail is not null)
            : null;
}
