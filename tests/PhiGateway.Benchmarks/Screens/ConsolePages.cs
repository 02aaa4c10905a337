using System.Globalization;
using PhiGateway.Audit.Shipping;
using PhiGateway.Benchmarks.Audit;
using PhiGateway.Benchmarks.Fleet;

namespace PhiGateway.Benchmarks.Screens;

/// <summary>The pages that are asked for, each as somebody comes to it.</summary>
internal static class ConsolePages
{
    /// <summary>Their names and addresses; a patient is opened for it.</summary>
    public static async Task<IReadOnlyList<(string Name, string Path)>> ListAsync(
        ConsoleBrowser browser,
        IAuditStore trail,
        int clients,
        DateTimeOffset now
    )
    {
        var client = FleetRegistry.ClientOf(clients / 2);
        var newest = await trail.QueryAsync(new AuditQuery { Limit = 1, Decision = "deny" }, CancellationToken.None);
        // One whose word of the sample stands in an address as it is.
        var patient = Enumerable.Range(77, 1000).First(static number => TrailSample.KeyOf(number).All(char.IsAsciiLetterOrDigit));
        var form = await browser.GetAsync("/console/patient");
        var opened = await browser.PostAsync(
            "/console/patient",
            ("_token", ConsoleBrowser.TokenOf(form)),
            ("tenant", "tenant-0"),
            ("patient", patient.ToString(CultureInfo.InvariantCulture)),
            ("why", "measuring the page")
        );
        string Ago(int days) => now.AddDays(-days).UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ");
        return
        [
            ("now, a day", "/console/now"),
            ("now, a week", "/console/now?range=7d"),
            ("now, a fortnight", "/console/now?range=14d"),
            ("alerts", "/console/alerts"),
            ("alerts, closed", "/console/alerts?state=closed"),
            ("one alert", "/console/alerts/odd-00000"),
            ("cases", "/console/cases"),
            ("one case", "/console/cases/case-000"),
            ("search, a day", "/console/audit"),
            ("search, refusals of a week", $"/console/audit?decision=deny&from={Ago(7)}"),
            ("search, one client, a month", $"/console/audit?client=client-000&from={Ago(30)}"),
            ("search, everything", $"/console/audit?from={Ago(400)}"),
            ("tail", "/console/audit/tail"),
            ("one access", $"/console/access/{newest.Entries[0].Id:D}"),
            ("patient", opened.To!),
            ("accounting of a patient", opened.To! + "/accounting"),
            ("patients' requests", "/console/requests"),
            ("clients", "/console/clients"),
            ("clients by part of a name", "/console/clients?q=owner"),
            ("one client", $"/console/clients/{client}"),
            ("what stops with it", $"/console/clients/{client}/stop"),
            ("its tokens", $"/console/clients/{client}/tokens"),
            ("narrower grants", $"/console/clients/{client}/narrower"),
            ("clients of a kind", "/console/clients?kind=ai-agent"),
            ("unknown callers", "/console/callers"),
            ("approvals", "/console/approvals"),
            ("one approval", $"/console/approvals/{client}"),
            ("uses that wait", "/console/use-cases"),
            ("strangers", "/console/strangers"),
            ("reviews", "/console/reviews"),
            ("one review", $"/console/reviews/{ConsoleRegistry.Review}"),
            ("vendors", "/console/vendors"),
            ("vendors by part of a name", "/console/vendors?q=Unit"),
            ("what stops with a vendor", $"/console/vendors/org-{clients / 2}/stop"),
            ("break-glass", "/console/break-glass"),
            ("alerts of a kind", "/console/alerts?kind=door-closing&state=all"),
            ("emergency stop", "/console/stop?target=tenant&value=fleet"),
            ("revocations", "/console/revocations"),
            ("offboardings", "/console/offboardings"),
            ("search box", "/console/find"),
            ("lab", "/console/lab"),
            ("shadows", "/console/lab/shadows"),
            ("history", "/console/history"),
            ("history of a document", $"/console/history?document=client/{client}"),
            ("the registry taken back", $"/console/history/revert?at={Ago(1)}&document=client/{client}"),
            ("work under way", "/console/jobs"),
            ("trust", "/console/trust"),
            ("posture", "/console/posture"),
            ("settings", "/console/settings"),
            ("design", "/console/design"),
        ];
    }
}
