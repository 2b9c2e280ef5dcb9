using IntelMQ.Bots.Clients.Jinja;

namespace IntelMQ.Bots.Experts.Jinja;

/// <summary>Reads the templates of the parameter <c>fields</c>.</summary>
static class FieldTemplates
{
    const string FilePrefix = "file:///";

    public static (Field Field, JinjaTemplate Template)[] Read(IReadOnlyDictionary<string, string> fields, out List<string> problems)
    {
        var templates = new List<(Field, JinjaTemplate)>();
        problems = [];
        foreach (var (name, text) in fields)
        {
            try
            {
                var isFile = text.StartsWith(FilePrefix, StringComparison.Ordinal);
                // Two slashes belong to the scheme, the third to the path.
                var path = isFile ? text[(FilePrefix.Length - 1)..] : "";
                templates.Add((Field.Named(name), isFile ? JinjaTemplate.Parse(File.ReadAllText(path), path) : JinjaTemplate.Parse(text, $"fields.{name}")));
            }
            catch (JinjaSyntaxException e)
            {
                problems.Add(e.Message);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problems.Add($"fields.{name}: the file '{text}' cannot be read: {e.Message}");
            }
        }

        return [.. templates];
    }
}
