namespace IntelMQ.Configuration.Editing;

/// <summary>A change that cannot be made; the file is as it was. The message tells why and what to do.</summary>
internal sealed class ConfigurationEditException(string message, Exception? inner = null) : Exception(message, inner);
