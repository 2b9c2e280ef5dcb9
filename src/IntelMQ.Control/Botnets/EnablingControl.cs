using IntelMQ.Configuration;
using IntelMQ.Configuration.Editing;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Botnets;

/// <summary>Switches bots on and off in the file; running bots are not touched.</summary>
static class EnablingControl
{
    /// <exception cref="ControlException">The file cannot be changed.</exception>
    public static void Set(string runtimeFile, BotConfiguration bot, bool enabled, IControlOutput output)
    {
        if (bot.Enabled == enabled && bot.Merged.ContainsKey("enabled"))
        {
            output.Say(BotLogLevel.Info, enabled ? BotTexts.Enabled(bot.Id) : BotTexts.Disabled(bot.Id));
            return;
        }

        output.Say(BotLogLevel.Info, enabled ? BotTexts.Enabling(bot.Id) : BotTexts.Disabling(bot.Id));
        try
        {
            var editor = RuntimeFileEditor.Open(runtimeFile);
            editor.SetEnabled(bot.Id, enabled);
            editor.Save();
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ControlException("Can't update runtime configuration: Permission denied.", e);
        }
        catch (Exception e) when (e is IOException or ConfigurationEditException or ConfigurationFileException)
        {
            throw new ControlException($"Can't update runtime configuration: {e.Message}", e);
        }
    }
}
