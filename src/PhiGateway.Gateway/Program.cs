using PhiGateway.Gateway.Composition;
using PhiGateway.Gateway.Demo;

namespace PhiGateway.Gateway;

/// <summary>
/// The process: <c>demo</c>, <c>validate</c>, <c>probe</c>, <c>migrate</c>, <c>verify-audit</c>, <c>seal-registry</c>, <c>seal-audit</c>,
/// <c>import-archive</c>, or the gateway itself.
/// </summary>
/// <remarks>
/// Exit codes: 0 stopped as asked; 1 could not start or failed while running; 2 the configuration or the command line is wrong.
/// </remarks>
public static class Program
{
    /// <summary>Runs the command named by the first argument.</summary>
    public static async Task<int> Main(string[] args)
    {
        // Journal, stores and snapshot hold PHI: whatever this process creates is its owner's alone.
        FileRights.Restrict();
        using var sizeLimits = FileSizeLimits.Outlive();
        return await (
            args switch
            {
                ["demo", .. var rest] => DemoCommand.RunAsync(rest),
                ["validate", .. var rest] => RunCommand.ValidateAsync(rest),
                ["probe", .. var rest] => RunCommand.ProbeAsync(rest),
                ["migrate", .. var rest] => RunCommand.MigrateAsync(rest),
                ["seal-registry", .. var rest] => RunCommand.SealRegistryAsync(rest),
                ["import-archive", .. var rest] => RunCommand.ImportArchiveAsync(rest),
                ["seal-audit", .. var rest] => RunCommand.SealAuditAsync(rest),
                ["verify-audit", .. var rest] => RunCommand.VerifyAuditAsync(rest),
                ["--help" or "-h" or "help"] => RunCommand.HelpAsync(),
                _ => RunCommand.RunAsync(args),
            }
        );
    }
}
