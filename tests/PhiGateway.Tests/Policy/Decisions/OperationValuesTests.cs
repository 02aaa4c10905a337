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
        var all = Terminology with
        {
            Patients = new PatientScope { Any = true },
            Confidentiality = "V",
            Labels = EverySensitivity,
        };

        Assert.Equal(WithholdReason.None, Judge(all, "Patient", "$meta", OperationValues.Records));
        Assert.NotEqual(WithholdReason.None, Judge(all with { Confidentiality = "R" }, "Patient", "$meta", OperationValues.Records));
        Assert.NotEqual(WithholdReason.None, Judge(all with { Labels = ["HIV"] }, "Patient", "$meta", OperationValues.Records));
    }

    private static WithholdReason Judge(Grant grant, string type, string operation, OperationValues values, bool namesNoPatient = true)
    {
        var part = new AccessPart
        {
            Interaction = Interaction.Operation,
            Type = ResourceType.Parse(type),
            Operation = operation,
            Values = values,
        };
        var permit = Assert.IsType<Permit>(
            PolicyDecisionPoint.Decide(
                Asked.For("connector", part),
                TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant)))
            )
        );
        return permit
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
    }
}
