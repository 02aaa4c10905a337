using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using PhiGateway.Audit.Records;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Formats;
using PhiGateway.Sinks.Otlp;
using PhiGateway.Sinks.Syslog;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Sinks;

/// <summary>What leaves for a security operations centre names no patient, whatever the record says.</summary>
public sealed partial class NoPhiTests
{
    // Members that hold PHI, or words that somebody wrote.
    private static readonly string[] Kept =
    [
        nameof(AuditRecord.RawTarget),
        nameof(AuditRecord.Form),
        nameof(AuditRecord.Scope),
        nameof(AuditRecord.Subject),
        nameof(AuditRecord.IssuerClientId),
        nameof(AuditRecord.Before),
        nameof(AuditRecord.After),
        nameof(AuditRecord.Note),
        nameof(AuditRecord.Method),
        nameof(AuditRecord.Sequences),
    ];

    private static readonly string[] Formats = ["Ocsf", "Cef", "Json"];

    public static TheoryData<AuditKind> Kinds => new(Enum.GetValues<AuditKind>());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Write_RecordWithACanaryInEveryMember_TellsOnlyWhatMayBeTold(AuditKind kind)
    {
        var record = new AuditRecord
        {
            Id = Guid.NewGuid(),
            Kind = kind,
            Event = "read",
            Time = TestRecords.Noon,
        };
        var texts = typeof(AuditRecord).GetProperties().Where(static one => one.PropertyType == typeof(string) && one.CanWrite).ToList();
        foreach (var member in texts.Where(static one => one.Name != nameof(AuditRecord.Event)))
        {
            member.SetValue(record, "canary-" + member.Name);
        }

        // An administrator's key and target are no patient's; of a machine's token the subject may be.
        record.Target = "task-grant/canary-of-a-task";
        if (kind is AuditKind.Admin or AuditKind.AuditUse)
        {
            record.Subject = "key:k1";
        }

        foreach (var list in typeof(AuditRecord).GetProperties().Where(static one => one.PropertyType == typeof(IReadOnlyList<string>)))
        {
            list.SetValue(record, new List<string> { "canary-" + list.Name });
        }

        foreach (var text in Texts(record))
        {
            Assert.DoesNotContain("canary-of-a-task", text, StringComparison.Ordinal);
            foreach (var name in Kept.Concat(["Patients", "Resources", "Labels", "Obligations", "Actors"]))
            {
                Assert.DoesNotContain("canary-" + name + "\"", text + "\"", StringComparison.Ordinal);
                Assert.DoesNotContain("canary-" + name + " ", text + " ", StringComparison.Ordinal);
            }

            // The twin: what a centre needs is there.
            Assert.Contains("canary-Tenant", text, StringComparison.Ordinal);
        }

        // As OpenTelemetry logs it tells what it tells as JSON.
        var read = SinkSample.EventOf(record);
        var told = Canary().Matches(Encoding.UTF8.GetString(OtlpLogs.Write([read], TestRecords.Noon))).Select(static one => one.Value);
        var json = Canary().Matches(Encoding.UTF8.GetString(new JsonFormat().Write(read))).Select(static one => one.Value);
        Assert.Equal(json.ToHashSet(), told.ToHashSet());
    }

    [Fact]
    public void SinkEvent_Members_AreAnAllowList()
    {
        var members = typeof(SinkEvent).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);
        foreach (var name in new[] { "RawTarget", "Form", "Resources", "Scope", "Note", "Before", "After", "Labels", "Obligations" })
        {
            Assert.DoesNotContain(members, member => member.Name == name);
        }
    }

    [Fact]
    public void Read_Patients_AreTheHashesByWhichTheTrailIsSearched()
    {
        var record = TestRecords.Disclosure("p-1");
        record.Patients = [.. Enumerable.Range(0, 50).Select(static number => $"p-{number}")];
        var read = SinkSample.EventOf(record);

        Assert.Equal(SinkEventReader.MostPatients, read.Patients.Count);
        Assert.Equal(50, read.PatientCount);
        Assert.Equal(SinkSample.Pseudonym.Of("north", "p-0"), read.Patients[0]);
    }

    [Fact]
    public void Read_RosterMemberAndMachine_TellRosterAndMachineOnly()
    {
        var admin = TestRecords.Of(AuditKind.Admin);
        admin.Target = "roster/ward-3/members/p-1";
        Assert.Equal("roster/ward-3", SinkSample.EventOf(admin).Target);

        var machine = TestRecords.Disclosure();
        (machine.Subject, machine.IssuerClientId) = ("acme-app", "acme-app");
        Assert.Equal("acme-app", SinkSample.EventOf(machine).Subject);

        var person = TestRecords.Disclosure();
        person.Subject = "p-1@portal";
        Assert.Null(SinkSample.EventOf(person).Subject);
        Assert.Equal(26, SinkSample.EventOf(person).SubjectHash!.Length);
    }

    [Fact]
    public void Read_ActorsOfACall_AreNamedWhereTheyAreRegisteredOnly()
    {
        var let = TestRecords.Disclosure();
        (let.Actors, let.Certificate) = (["agent", "portal"], new string('a', 64));
        var read = SinkSample.EventOf(let);
        Assert.Equal(["agent", "portal"], read.Actors);
        Assert.Empty(read.ActorHashes);
        foreach (var name in (string[])["Json", "Ocsf"])
        {
            var text = Encoding.UTF8.GetString(EventFormats.Of(name).Write(read));
            Assert.Contains("\"actors\":[\"agent\",\"portal\"]", text, StringComparison.Ordinal);
            Assert.Contains("\"certificate_sha256\":\"aaaa", text, StringComparison.Ordinal);
        }

        Assert.Contains(
            " phiGatewayActors=agent portal ",
            Encoding.UTF8.GetString(EventFormats.Of("Cef").Write(read)),
            StringComparison.Ordinal
        );

        // Of a call that was refused nobody says that they are: one may be a person.
        var refused = TestRecords.Denial();
        refused.Actors = ["p-1@portal"];
        Assert.Empty(SinkSample.EventOf(refused).Actors);
        Assert.Equal(26, Assert.Single(SinkSample.EventOf(refused).ActorHashes).Length);
        var cef = Encoding.UTF8.GetString(EventFormats.Of("Cef").Write(SinkSample.EventOf(refused)));
        Assert.DoesNotContain("p-1@portal", cef, StringComparison.Ordinal);
        Assert.DoesNotContain("phiGatewayActors=", cef, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OnWhatAnAccessRested_IsToldWithoutTasksAndDays()
    {
        var record = TestRecords.Disclosure();
        record.CoveredBy = ["roster/ward-3@2026-01-01T00:00:00Z/..+task/intake-of-p-1"];
        var read = SinkSample.EventOf(record);

        Assert.Equal(("acme-baa", "acme-1", "anna@hospital.example"), (read.Agreement, read.Approval, Assert.Single(read.Approvers)));
        foreach (var name in (string[])["Json", "Ocsf"])
        {
            var text = Encoding.UTF8.GetString(EventFormats.Of(name).Write(read));
            Assert.Contains("\"agreement\":\"acme-baa\",\"approval\":\"acme-1\",\"approvers\":[\"anna@", text, StringComparison.Ordinal);
            Assert.Contains("\"covered_by\":[\"roster/ward-3\",\"task\"]", text, StringComparison.Ordinal);
            Assert.DoesNotContain("intake", text, StringComparison.Ordinal);
        }

        var cef = Encoding.UTF8.GetString(EventFormats.Of("Cef").Write(read)) + " ";
        Assert.Contains(
            " phiGatewayAgreement=acme-baa phiGatewayApproval=acme-1 phiGatewayApprovers=anna@hospital.example ",
            cef,
            StringComparison.Ordinal
        );
        Assert.Contains(" phiGatewayCoveredBy=roster/ward-3 task ", cef, StringComparison.Ordinal);
        Assert.DoesNotContain("intake", cef, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BodyThatIsNoRecord_IsToldByItsPlace()
    {
        var read = new SinkEventReader(SinkSample.Pseudonym).Read(SinkSample.Unreadable(9));

        Assert.Equal(("unreadable", 9L), (read.Event, read.Sequence));
        Assert.DoesNotContain("p-secret", Encoding.UTF8.GetString(new JsonFormat().Write(read)), StringComparison.Ordinal);
    }

    // The names of members begin with a capital: what stands behind a text in a binary message does not.
    [GeneratedRegex("canary-[A-Z][a-z]+(?:[A-Z][a-z]+)*")]
    private static partial Regex Canary();

    private static IEnumerable<string> Texts(AuditRecord record)
    {
        var read = SinkSample.EventOf(record);
        foreach (var name in Formats)
        {
            yield return Encoding.UTF8.GetString(Rfc5424.Frame(read, EventFormats.Of(name).Write(read)));
        }
    }
}
