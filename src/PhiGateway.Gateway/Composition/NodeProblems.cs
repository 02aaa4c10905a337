using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Health;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Gathers what is not well with a node and keeps nobody from their data, for readiness; asked anew for each report.
/// </summary>
internal static class NodeProblems
{
    /// <summary>Of the start, of the proof, of the listeners' certificate and of the quotas.</summary>
    public static IReadOnlyList<StartProblem> Of(IEnumerable<StartProblem> start, GatewayParts parts, IServiceProvider data)
    {
        List<StartProblem> problems = [.. start, .. parts.Proof.Problems, .. parts.Certificate?.Problems ?? []];
        if (data.GetRequiredService<QuotaKeeper>().Problem is { } quotas)
        {
            problems.Add(new StartProblem("quotas", quotas));
        }

        return problems;
    }
}
