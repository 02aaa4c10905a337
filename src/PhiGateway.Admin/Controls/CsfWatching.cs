using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using static PhiGateway.Admin.Controls.ControlCatalogue;

namespace PhiGateway.Admin.Controls;

/// <summary>What of the NIST Cybersecurity Framework 2.0 is about seeing and answering, for <see cref="CsfControls"/>.</summary>
internal static class CsfWatching
{
    /// <summary>DE and RS, in the framework's order.</summary>
    public static IEnumerable<ControlLine> Of(ControlFacts facts)
    {
        yield return Line(
            "DE.CM-01",
            "Networks and network services are monitored",
            "DE.CM-1",
            [
                Is(facts.IsWatched, "The trail is watched, new networks among it.", "This node does not watch the trail.", null),
                .. Raised(facts, "new-network", "scattered-networks", "two-places"),
            ]
        );
        yield return Line(
            "DE.CM-03",
            "Personnel's activity and use of technology are monitored",
            "DE.CM-3",
            Is(facts.IsWatched, "A person who uses a machine's identity is told of.", "This node does not watch the trail.", null),
            Is(true, "What administrators do, and each search of the trail, is on record.", string.Empty, "/admin/v1/audit")
        );
        yield return Line(
            "DE.CM-06",
            "External service providers' activities are monitored",
            "DE.CM-6",
            [
                Is(facts.IsWatched, "Each client is held against its own past.", "This node does not watch the trail.", null),
                .. Raised(facts, "record-scraping", "enumeration", "slow-drip", "slow-ramp", "volume-spike"),
            ]
        );
        yield return Line(
            "DE.CM-09",
            "Hardware, software, runtimes and their data are monitored",
            "PR.DS-6, PR.DS-8",
            None(
                facts.Open(AlertKinds.AuditFinding),
                "finding of the verifier is open",
                "findings of the verifier are open",
                "/admin/v1/alerts?state.ne=closed&kind=" + AlertKinds.AuditFinding
            ),
            Fact("The machine and its runtime are the operator's to watch.", null)
        );
        yield return Line(
            "DE.AE-02",
            "Potentially adverse events are analyzed",
            "DE.AE-2",
            None(
                facts.Alerts.Count(static one => one is { State: AlertState.Open, Severity: AlertSeverity.Urgent, AssignedTo: null }),
                "urgent alert has nobody",
                "urgent alerts have nobody",
                "/admin/v1/alerts?state=open&severity=urgent&assignedTo="
            ),
            Fact($"{facts.Set.All<AlertCase>(RegistryKind.Case).Count()} cases were opened.", "/admin/v1/cases")
        );
        yield return Line(
            "DE.AE-03",
            "Information is correlated from several sources",
            "DE.AE-3",
            Fact("Alerts about one subject stand in one case.", "/admin/v1/cases"),
            Sent(
                facts,
                "The trail is sent on to where others are.",
                "This node sends the trail to nobody, so that it stands with no others."
            )
        );
        yield return Line(
            "DE.AE-04",
            "Impact and scope are understood",
            "DE.AE-4",
            Is(true, "Which patients a token, a credential or a client touched is one question.", string.Empty, "/admin/v1/audit")
        );
        yield return Line(
            "DE.AE-06",
            "Whoever must know is told",
            "DE.DP-4",
            Is(
                facts.Escalates,
                "Urgent alerts that nobody takes are escalated.",
                "Urgent alerts that nobody takes are not escalated: they wait.",
                "/admin/v1/alerts?state=open&severity=urgent"
            ),
            Sent(facts, "Alerts are sent on beside the console.", "Alerts stand in the inbox alone: this node tells no receiver.")
        );
        yield return Line(
            "DE.AE-07",
            "Intelligence on threats is part of the analysis",
            null,
            Is(false, string.Empty, "The gateway reads no feed of threats; signals of identity providers it takes.", null)
        );
        yield return Outside("DE.AE-08", "Incidents are declared", "DE.AE-5", "Whether a case is an incident is the hospital's to say.");
        yield return Line(
            "RS.AN-06",
            "Actions during an investigation are recorded, and the records' integrity is preserved",
            "RS.AN-3",
            Is(
                facts.HasCheckpoint,
                "Records stand under a signed checkpoint.",
                "There is no checkpoint of this node yet.",
                "/admin/v1/audit/log"
            )
        );
        yield return Line(
            "RS.AN-07",
            "Data of an incident keep their integrity and provenance",
            "RS.AN-3",
            Is(
                facts.HasCheckpoint,
                "A case's records are handed out with their proofs.",
                "There is no checkpoint of this node yet.",
                "/admin/v1/audit/log"
            )
        );
        yield return Line(
            "RS.MI-01",
            "Incidents are contained",
            "RS.MI-1",
            Fact($"{facts.Revocations.Count(static row => !row.Lifted)} revocations are in force.", "/admin/v1/revocations"),
            Is(
                facts.IsInForce,
                "This node enforces the newest registry.",
                "This node does not enforce the newest registry.",
                "/admin/v1/config/status"
            ),
            None(facts.SilentNodes, "node is silent", "nodes are silent", "/admin/v1/config/nodes")
        );
    }

    // By what is configured on this node, and whether it is taken.
    private static ControlEvidence Sent(ControlFacts facts, string yes, string no) =>
        facts.Sinks switch
        {
            null => Fact("Whether anything is sent on is not known on this node.", null),
            { Count: > 0 } sinks when sinks.All(static sink => sink.Problem is not null) => Is(
                false,
                string.Empty,
                "What is sent on is taken by no receiver at the moment.",
                null
            ),
            var sinks => Is(sinks.Count > 0, yes, no, null),
        };
}
