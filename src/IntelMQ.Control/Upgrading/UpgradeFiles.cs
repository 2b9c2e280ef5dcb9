using IntelMQ.Configuration;
using IntelMQ.Configuration.Editing;
using IntelMQ.Configuration.Upgrading;
using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Control.Upgrading;

/// <summary>The files that an upgrade changes: read as a draft, written where the draft is another one.</summary>
sealed class UpgradeFiles
{
    readonly RuntimeFileEditor _runtime;
    readonly YamlFileEditor? _harmonization;
    readonly ConfigurationDraft _before;

    UpgradeFiles(RuntimeFileEditor runtime, YamlFileEditor? harmonization, string directory)
    {
        (_runtime, _harmonization) = (runtime, harmonization);
        Draft = new ConfigurationDraft(runtime.Root, harmonization?.Root, directory);
        _before = Draft.Copy();
    }

    public ConfigurationDraft Draft { get; }

    /// <summary>The text of <c>runtime.yaml</c> as the draft would have it.</summary>
    public string RuntimeText
    {
        get
        {
            _runtime.Become(Draft.Runtime);
            return _runtime.Text;
        }
    }

    public string RuntimeFile => _runtime.File;

    /// <summary>Opens the files of an installation; a <c>runtime.conf</c> without a newer file gets the new name, unless nothing may be written.</summary>
    /// <exception cref="ConfigurationFileException">A file is missing, not readable or not what it should be.</exception>
    /// <exception cref="ConfigurationEditException">A file must be mended by hand first.</exception>
    /// <exception cref="IOException">The old file cannot be renamed.</exception>
    public static UpgradeFiles Open(IntelMqPaths paths, bool readOnly)
    {
        if (!readOnly) paths.AdoptLegacyRuntimeFile();
        var runtime = RuntimeFileEditor.Open(!File.Exists(paths.RuntimeFile) && File.Exists(paths.LegacyRuntimeFile) ? paths.LegacyRuntimeFile : paths.RuntimeFile);
        var harmonization = File.Exists(paths.HarmonizationFile) ? YamlFileEditor.Open(paths.HarmonizationFile) : null;
        return new UpgradeFiles(runtime, harmonization, paths.ConfigDirectory);
    }

    /// <summary>What is different, a line each, with the name of the file.</summary>
    public IEnumerable<string> Differences() =>
    [
        .. TreeDifference.Between(_before.Runtime, Draft.Runtime).Select(line => $"{Path.GetFileName(RuntimeFile)}: {line}"),
        .. Draft.Harmonization is { } format ? TreeDifference.Between(_before.Harmonization!, format).Select(static line => $"harmonization.conf: {line}") : [],
        .. Draft.Files.Where(static file => file.IsChanged).Select(static file => $"{Path.GetFileName(file.Path)}: {(file.IsRemoved ? "is no longer used" : "has another form")}"),
    ];

    /// <summary>Writes what has changed; the file that others are merged into comes first.</summary>
    /// <exception cref="ConfigurationEditException">A value cannot be changed in its place.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public void Save(bool keepsBackups)
    {
        _runtime.Become(Draft.Runtime);
        _harmonization?.Become(Draft.Harmonization!);
        _runtime.Save(keepsBackups);
        _harmonization?.Save(keepsBackups);
        foreach (var file in Draft.Files.Where(static file => file.IsChanged)) Write(file, keepsBackups);
    }

    static void Write(DraftFile file, bool keepsBackups)
    {
        if (keepsBackups) File.Copy(file.Path, file.Path + ".bak", overwrite: true);
        if (file.IsRemoved) File.Delete(file.Path);
        else AtomicFile.Write(file.Path, YamlText.JsonFile(file.Content));
    }
}
