using PhiGateway.Gateway.Telemetry;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Takes the steps of an orderly stop one after the other, whatever one of them throws: the journal is closed clean and what is on record is
/// handed on although something before it could not end as it should. Used by the host.
/// </summary>
/// <param name="log">Told of each step that failed; null: there is no log yet.</param>
internal sealed class StopSteps(ILogger? log)
{
    /// <summary>How many failed.</summary>
    public int Failed { get; private set; }

    /// <summary>Takes one step.</summary>
    public async Task TakeAsync(string step, Func<ValueTask> take)
    {
        try
        {
            await take();
        }
#pragma warning disable CA1031 // The steps behind it are not this one's to prevent.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Failed++;
            if (log is not null)
            {
                GatewayLog.StopStepFailed(log, step, fault.GetType().Name);
            }
        }
    }
}
