using IntelMQ.Cli.CommandLine;

return await ControlProgram.RunAsync(args);
