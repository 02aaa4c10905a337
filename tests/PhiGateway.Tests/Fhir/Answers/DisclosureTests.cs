using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>Patients and labels of an answer stand in its record once each, in their order, however many records it has.</summary>
public sealed class DisclosureTests
{
    private static readonly SecurityLabel[] Labels = [new("http://x", "A"), new("http://x", "B")];

    [Fact]
    public void Release_OneRecord_NamesItsPatientAndItsLabels()
    {
        var answer = new Disclosure();
        Release(answer, "1", Labels);

        Assert.Equal(["1"], PatientsOf(answer));
        Assert.Equal(Labels, answer.Labels);
    }

    [Fact]
    public void Release_SeveralRecordsOfSeveralPatients_NamesEachOnce()
    {
        var answer = new Disclosure();
        Release(answer, "1", Labels[1]);
        Release(answer, "2", Labels);
        Release(answer, "1", Labels);
        Release(answer, "3");
        Release(answer, "2", Labels[0]);

        Assert.Equal(["1", "2", "3"], PatientsOf(answer));
        Assert.Equal([Labels[1], Labels[0]], answer.Labels);
        Assert.Equal((5, 3), (answer.Resources.Count, answer.Coverage.Count));
    }

    [Fact]
    public void Reset_BeforeTheNextSegment_ForgetsWhomTheLastOneNamed()
    {
        var segment = new Disclosure();
        Release(segment, "1", Labels);
        Release(segment, "2", Labels);
        segment.Reset();
        Release(segment, "2", Labels[1]);
        Release(segment, "1", Labels[1]);

        Assert.Equal(["2", "1"], PatientsOf(segment));
        Assert.Equal([Labels[1]], segment.Labels);
    }

    [Fact]
    public void Merge_PartsThatNameTheSame_NamesEachOnce()
    {
        var (whole, part) = (new Disclosure(), new Disclosure());
        Release(whole, "1", Labels[0]);
        Release(part, "2", Labels);
        Release(part, "1", Labels);
        whole.Merge(part);

        Assert.Equal(["1", "2"], PatientsOf(whole));
        Assert.Equal(Labels, whole.Labels);
    }

    private static void Release(Disclosure answer, string patient, params SecurityLabel[] labels)
    {
        var facts = new ResourceFacts { Type = ResourceType.Patient, Id = patient };
        facts.AddOwner(PatientId.Parse(patient));
        foreach (var label in labels)
        {
            facts.AddLabel(label);
        }

        answer.Release(facts, ReleaseVerdict.Withheld(WithholdReason.NotCovered));
    }

    private static IEnumerable<string?> PatientsOf(Disclosure answer) => answer.Patients.Select(static patient => patient.Value);
}
