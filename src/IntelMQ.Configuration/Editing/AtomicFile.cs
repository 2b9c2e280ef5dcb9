using System.Text;

namespace IntelMQ.Configuration.Editing;

/// <summary>Replaces a file as a whole: a reader sees the old content or the new one, also after a crash.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a text as UTF-8 and flushes it. An existing file keeps its mode; a link stays one.</summary>
    /// <param name="modeOf">The file whose mode a new file gets; null for the default.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is untouched.</exception>
    public static void Write(string file, string text, string? modeOf = null)
    {
        var information = new FileInfo(file);
        var target = information.LinkTarget is null ? information.FullName : information.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                CopyMode(File.Exists(target) ? target : modeOf, temporary);
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    static void CopyMode(string? from, string to)
    {
        if (from is not null && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(to, File.GetUnixFileMode(from));
        }
    }
}
