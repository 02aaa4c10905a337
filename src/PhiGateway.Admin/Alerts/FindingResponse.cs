using PhiGateway.Watch.Findings;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// What is done by itself because of one finding: asked for once, however often its alert has to be written. Used by
/// <see cref="FindingAlerts"/>.
/// </summary>
internal sealed class FindingResponse(Finding finding, Quarantine quarantine)
{
    private const string ClientPrefix = "client/";

    public Finding Finding => finding;

    /// <summary>Whether it was asked for.</summary>
    public bool WasAsked { get; private set; }

    /// <summary>Whether anything was done.</summary>
    public bool IsDone { get; private set; }

    /// <summary>What was done, or why not, as a sentence for the alert; null: nothing is asked for.</summary>
    public string? Words { get; private set; }

    /// <summary>The client that a finding is about; null: it is about something else.</summary>
    public static string? ClientOf(Finding finding) =>
        finding.Subject.StartsWith(ClientPrefix, StringComparison.Ordinal) ? finding.Subject[ClientPrefix.Length..] : null;

    /// <summary>Has it done, unless it was.</summary>
    public async Task AskAsync()
    {
        if (!WasAsked && ClientOf(finding) is { } client)
        {
            (Words, IsDone) = await quarantine.ConsiderAsync(finding, client);
        }

        WasAsked = true;
    }
}
