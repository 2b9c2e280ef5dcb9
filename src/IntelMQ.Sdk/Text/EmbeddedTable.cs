namespace IntelMQ.Sdk;

/// <summary>
/// Tables that belong to a bot: JSON files named <c>….table.json</c> in the folder of its class. The build puts them into the
/// assembly.
/// </summary>
public static class EmbeddedTable
{
    /// <summary>Reads a table.</summary>
    /// <typeparam name="T">A class in whose folder the file lies; its namespace must be that of the folder.</typeparam>
    /// <param name="name">Name of the file, such as <c>types.table.json</c>.</param>
    /// <exception cref="InvalidOperationException">There is no such file, or it is no JSON.</exception>
    public static JsonRow Read<T>(string name)
    {
        using var stream = typeof(T).Assembly.GetManifestResourceStream(typeof(T), name)
            ?? throw new InvalidOperationException($"{typeof(T).Namespace} has no table '{name}'. Its file must be named ….table.json and lie in the folder of {typeof(T).Name}, whose namespace must be that of the folder.");
        using var content = new MemoryStream();
        stream.CopyTo(content);
        try
        {
            return new JsonRow(JsonText.Parse(content.GetBuffer().AsSpan(0, (int)content.Length)));
        }
        catch (FormatException e)
        {
            throw new InvalidOperationException($"The table '{name}' of {typeof(T).Namespace} is no JSON: {e.Message}", e);
        }
    }
}
