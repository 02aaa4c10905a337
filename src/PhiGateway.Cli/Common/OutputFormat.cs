namespace PhiGateway.Cli.Common;

/// <summary>How answers are printed.</summary>
internal enum OutputFormat
{
    Table,
    Json,
    Yaml,
}
