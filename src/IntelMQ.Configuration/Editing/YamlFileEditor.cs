namespace IntelMQ.Configuration.Editing;

/// <summary>Changes a YAML or JSON file with a map in it: comments, order and quoting of everything else stay. Nothing is written before <see cref="Save"/>.</summary>
internal class YamlFileEditor
{
    const char ByteOrderMark = '\uFEFF';

    readonly string _original;

    protected YamlFileEditor(string file, string text)
    {
        File = file;
        _original = text;
        Editor = new YamlEditor(text.TrimStart(ByteOrderMark), file);
    }

    public string File { get; }

    /// <summary>The text with all changes.</summary>
    public string Text => _original.StartsWith(ByteOrderMark) ? ByteOrderMark + Editor.Text : Editor.Text;

    /// <summary>The values as they are now.</summary>
    public IReadOnlyDictionary<string, object?> Root => Editor.Root;

    /// <summary>Whether <see cref="Save"/> would write.</summary>
    public bool IsChanged => Text != _original;

    protected YamlEditor Editor { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="ConfigurationFileException">The file is missing, not readable or not YAML.</exception>
    /// <exception cref="ConfigurationEditException">The file has keys given twice or tags, which must be mended by hand.</exception>
    public static YamlFileEditor Open(string file) => new(file, Read(file));

    /// <summary>Makes the file say what a tree says; only what differs is written.</summary>
    /// <exception cref="ConfigurationEditException">Something cannot be changed in its place; nothing is changed.</exception>
    public void Become(IReadOnlyDictionary<string, object?> tree)
    {
        // The global section stands first, where a reader looks for it.
        if (tree.TryGetValue(RuntimeConfiguration.GlobalKey, out var global) && Root.Count > 0 && !Root.ContainsKey(RuntimeConfiguration.GlobalKey))
        {
            Editor.Set([RuntimeConfiguration.GlobalKey], global, before: Root.Keys.First());
        }

        Editor.Set([], tree);
    }

    /// <summary>Writes the file if something has changed, after a copy of the present content to the same name with <c>.bak</c>.</summary>
    /// <param name="keepsBackup">False writes no copy.</param>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="IOException">The file cannot be written, or somebody else has changed it since it was opened.</exception>
    public bool Save(bool keepsBackup = true)
    {
        if (!IsChanged)
        {
            return false;
        }

        if (System.IO.File.Exists(File))
        {
            if (Read(File) != _original)
            {
                throw new IOException($"{File} was changed by somebody else in the meantime; nothing was written");
            }

            if (keepsBackup)
            {
                AtomicFile.Write(File + ".bak", _original, modeOf: File);
            }
        }

        AtomicFile.Write(File, Text);
        return true;
    }

    // The byte order mark is part of the content here, since it is written back.
    protected static string Read(string file)
    {
        var text = RuntimeConfiguration.ReadText(file);
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        return stream.ReadByte() == 0xEF && stream.ReadByte() == 0xBB && stream.ReadByte() == 0xBF ? ByteOrderMark + text : text;
    }
}
