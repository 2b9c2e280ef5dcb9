using IntelMQ.Conformance;

Options options;
try
{
    options = Options.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

try
{
    var tally = await new ConformanceRun(options).RunAsync(CancellationToken.None);
    ResultPrinter.Print(tally, Console.Out);
    if (options.JsonFile is { } file) await ResultPrinter.WriteJsonAsync(tally, file);
    return tally.Failed > 0 || tally.Passed == 0 ? 1 : 0;
}
catch (InvalidDataException e)
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
