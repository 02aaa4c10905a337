using PhiGateway.Cli;

return await PhiGateway.Cli.PhigwCommand.RunAsync(args, Console.Out, Console.Error);
