using System.CommandLine;

namespace PhiGateway.Cli.Common;

/// <summary>Defines the options that every command has, such as the gateway's address and the output format.</summary>
internal sealed class CommonOptions
{
    public Option<Uri> Server { get; } =
        new("--server", "-s")
        {
            Description = "Address of the admin API; default: the variable PHIGW_SERVER, else https://127.0.0.1:9443.",
            Recursive = true,
            CustomParser = static result =>
                Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? uri) && (uri.Scheme is "http" or "https")
                    ? uri
                    : Fail(result),
            DefaultValueFactory = static unused => new Uri(
                Environment.GetEnvironmentVariable("PHIGW_SERVER") is { Length: > 0 } text
                && Uri.TryCreate(text, UriKind.Absolute, out var ignored)
                    ? text
                    : "https://127.0.0.1:9443"
            ),
        };

    public Option<string> Key { get; } =
        new("--key", "-k")
        {
            Description = "Admin key by reference: env:NAME or a file; default env:PHIGW_KEY. Never the key itself.",
            Recursive = true,
            DefaultValueFactory = static _ => "env:PHIGW_KEY",
        };

    public Option<OutputFormat> Output { get; } =
        new("--output", "-o")
        {
            Description = "table, json or yaml.",
            Recursive = true,
            DefaultValueFactory = static _ => OutputFormat.Table,
        };

    public Option<bool> DryRun { get; } = new("--dry-run") { Description = "Say what would change; change nothing.", Recursive = true };

    /// <summary>Where answers to questions are read.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    public void AddTo(Command root)
    {
        root.Options.Add(Server);
        root.Options.Add(Key);
        root.Options.Add(Output);
        root.Options.Add(DryRun);
    }

    private static Uri? Fail(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError("--server: an absolute http or https address is expected.");
        return null;
    }
}
