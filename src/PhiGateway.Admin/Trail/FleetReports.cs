using PhiGateway.Admin.Calls;
using PhiGateway.Proof.Fleet;
using PhiGateway.Proof.Witnessing;

namespace PhiGateway.Admin.Trail;

/// <summary>Says what the fleet log has, for auditors; nothing of it is PHI.</summary>
internal sealed class FleetReports(FleetLog? fleet = null, FleetFeed? feed = null, FleetFault? fault = null, WitnessFeed? cosigning = null)
{
    private readonly AdminProblem _none = fault is null
        ? AdminProblem.NotFound("fleet log on this node")
        : AdminProblem.Conflict("log-contradicts", fault.Words);

    /// <summary>Every log of which it has heads.</summary>
    public Task<Outcome<FleetReport>> ReportAsync(AdminCall call) =>
        Task.FromResult<Outcome<FleetReport>>(
            fleet is null
                ? _none
                : new FleetReport(
                    fleet.Key.ToString(),
                    fleet.Checkpoint,
                    fleet.Size,
                    feed?.Problem ?? WitnessProblem(),
                    [
                        .. fleet.Members.Select(static member => new FleetLogReport(
                            member.Log,
                            member.Size,
                            member.Newest?.Time,
                            member.IsContradicted
                        )),
                    ],
                    cosigning?.WitnessedSize
                )
        );

    private string? WitnessProblem() =>
        cosigning?.Status.FirstOrDefault(static one => one.Problem is not null) is { } one
            ? $"The witness {one.Name}: {one.Problem}."
            : null;

    /// <summary>That the newest checkpoint of a log is in it.</summary>
    public Task<Outcome<FleetInclusion>> InclusionAsync(AdminCall call, string? log)
    {
        if (fleet is null)
        {
            return Task.FromResult<Outcome<FleetInclusion>>(_none);
        }

        try
        {
            return Task.FromResult<Outcome<FleetInclusion>>(
                log is not null && fleet.Prove(log) is { } proven
                    ? new FleetInclusion(log, proven.Line, proven.Proof)
                    : AdminProblem.NotFound("log in the fleet log")
            );
        }
        catch (InvalidDataException contradiction)
        {
            return Task.FromResult<Outcome<FleetInclusion>>(AdminProblem.Conflict("log-contradicts", contradiction.Message));
        }
    }
}
