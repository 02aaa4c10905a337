using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

/// <summary>Operations that answer with values instead of resources: terminology is nobody's, what tells of records needs the sight of all.</summary>
public sealed class OperationValuesTests
{
    private static readonly string[] EverySensitivity =
    [
        "_ActInformationSensitivityPolicy",
        "_EntitySensitivityPolicyType",
        "_RoleInformationSensitivityPolicy",
    ];

    private static Grant Terminology =>
        TestRegistry.Grant() with
        {
            Types = ["CodeSystem", "Patient"],
            Interactions = ["read", "search"],
            Operations = ["$lookup", "$meta"],
            Patients = new PatientScope { None = true },
        };

    [Fact]
    public void Judge_ValuesOfTerminology_AreReleasedUnderTheGrantOfTheOperation()
    {
        Assert.Equal(WithholdReason.None, Judge(Terminology, "CodeSystem", "$lookup", OperationValues.Nobody));
        Assert.Equal(WithholdReason.NotCovered, Judge(Terminology, "CodeSystem", "$lookup", OperationValues.Unknown));
    }

    [Fact]
    public void Judge_ValuesThatNameAPatient_AreWithheld() =>
        Assert.NotEqual(WithholdReason.None, Judge(Terminology, "CodeSystem", "$lookup", OperationValues.Nobody, namesNoPatient: false));

    [Fact]
    public void Judge_ValuesAboutRecords_AreReleasedOnlyToWhoSeesThemAll()
    {
        foreach (var values in new[] { OperationValues.Metadata, OperationValues.Records })
        {
            Assert.Equal(WithholdReason.None, Judge(All, "Patient", "$meta", values));
            Assert.NotEqual(WithholdReason.None, Judge(All with { Confidentiality = "R" }, "Patient", "$meta", values));
            Assert.NotEqual(WithholdReason.None, Judge(All with { Labels = ["HIV"] }, "Patient", "$meta", values));
        }
    }

    // What a value was worked out from nobody here knows: an average tells what is masked.
    [Theory]
    [InlineData(OperationValues.Records)]
    [InlineData(OperationValues.Patients)]
    public void Judge_ValuesWorkedOutOfElementsThatAreMasked_AreWithheld(OperationValues values)
    {
        var masking = All with { Masks = ["birthDate"] };

        Assert.NotEqual(WithholdReason.None, Judge(masking, "Patient", "$meta", values));
        Assert.Equal(WithholdReason.None, Judge(All, "Patient", "$meta", values));
        Assert.Equal(WithholdReason.None, Judge(masking, "Patient", "$meta", OperationValues.Metadata));
        Assert.NotEqual(WithholdReason.None, JudgeNamed(masking, values));
        Assert.Equal(values == OperationValues.Patients, JudgeNamed(All, values) == WithholdReason.None);
    }

    private static Grant All =>
        Terminology with
        {
            Patients = new PatientScope { Any = true },
            Confidentiality = "V",
            Labels = EverySensitivity,
        };

    private static WithholdReason JudgeNamed(Grant grant, OperationValues values)
    {
        var facts = new ResourceFacts
        {
            Type = ResourceType.Parameters,
            Owner = OwnerState.Known,
            Confidentiality = Confidentiality.Normal,
        };
        facts.AddOwner(PatientId.Parse("17"));
        return Permit(grant, "Patient", "$meta", values).Release.Judge(facts).Reason;
    }

    private static WithholdReason Judge(Grant grant, string type, string operation, OperationValues values, bool namesNoPatient = true) =>
        Permit(grant, type, operation, values)
            .Release.Judge(
                new ResourceFacts
                {
                    Type = ResourceType.Parameters,
                    Owner = OwnerState.Undetermined,
                    NamesNoPatient = namesNoPatient,
                    Confidentiality = Confidentiality.Normal,
                }
            )
            .Reason;

    private static Permit Permit(Grant grant, string type, string operation, OperationValues values)
    {
        var part = new AccessPart
        {
            Interaction = Interaction.Operation,
            Type = ResourceType.Parse(type),
            Operation = operation,
            Values = values,
        };
        return Assert.IsType<Permit>(
            PolicyDecisionPoint.Decide(
                Asked.For("connector", part),
                TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant)))
            )
        );
    }
}
