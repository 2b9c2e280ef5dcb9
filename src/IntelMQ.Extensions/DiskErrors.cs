namespace IntelMQ.Extensions;

/// <summary>Makes of what a disk refuses a sentence for an operator: no room, no permission, a file where a folder should be.</summary>
internal static class DiskErrors
{
    /// <exception cref="ExtensionException">The disk refused something.</exception>
    public static async Task<T> ExplainAsync<T>(string what, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExtensionException($"{what}: {e.Message}", e);
        }
    }

    /// <exception cref="ExtensionException">The disk refused something.</exception>
    public static T Explain<T>(string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExtensionException($"{what}: {e.Message}", e);
        }
    }
}
