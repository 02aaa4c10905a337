using PhiGateway.Admin.Clients;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Watch.Usage;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What is granted beside what was used: what nobody used is seen, and nothing that a grant lets out is called foreign.</summary>
public sealed class ElementUsesTests
{
    private const string Confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality|R";
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode|";

    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Of_GrantsAndUses_SaysOfEachElementWhetherItIsGrantedAndUsed()
    {
        UsageElement[] used =
        [
            Used(UsageKind.Interaction, "Observation read", 1, 3),
            Used(UsageKind.Interaction, "Condition read", 2, 1),
            Used(UsageKind.Include, "Observation:*", 3, 5),
            Used(UsageKind.Include, "Observation:subject", 4, 2),
            Used(UsageKind.Label, ActCode + "HIV", 5, 1),
            Used(UsageKind.Label, Confidentiality, 6, 1),
            Used(UsageKind.Element, "Observation.code", 7, 1),
            Used(UsageKind.Element, "Patient.name", 8, 1),
            Used(UsageKind.Element, "Condition.code", 8, 1),
            Used(UsageKind.Tenant, "north", 9, 40, true),
        ];

        var found = ElementUses.Of(Client, UseCase, used).ToDictionary(static one => (one.Kind, one.Name));
        Is("interaction", "Observation read", true, 3, PatientCount.Exact);
        Assert.Null(found[("interaction", "Observation search")].Last);
        Is("interaction", "Condition read", false, 1, PatientCount.Exact);
        Assert.Null(found[("operation", "Observation $lastn")].Last);

        // Whose patients of the two were the same nobody knows any more.
        Is("include", "Observation:subject", true, 5, PatientCount.AtLeast);
        Assert.Equal(2, found[("include", "Observation:subject")].Count);
        Assert.False(found.ContainsKey(("include", "Observation:*")));
        Is("label", "HIV", true, 1, PatientCount.Exact);
        Is("label", Confidentiality, null, 1, PatientCount.Exact);
        Is("element", "Observation.code", true, 1, PatientCount.Exact);
        Assert.Null(found[("element", "Observation.value")].Last);

        // Granted whole, so by each of its elements; and a type that nobody granted.
        Is("element", "Patient.name", true, 1, PatientCount.Exact);
        Is("element", "Condition.code", false, 1, PatientCount.Exact);
        Is("tenant", "north", true, 40, PatientCount.About);
        Assert.True(found[("tenant", "south")].Granted);
        Assert.Null(found[("purpose", "TREAT")].Last);

        void Is(string kind, string name, bool? isGranted, long patients, PatientCount are)
        {
            var one = found[(kind, name)];
            Assert.Equal(isGranted, one.Granted);
            Assert.Equal((patients, are), (one.Patients, one.PatientsAre));
        }
    }

    [Fact]
    public void Of_NeverUsed_StandFirstInTheirKind_AndTheClientsTenantsCount()
    {
        var rows = ElementUses.Of(Client with { Tenants = ["north"] }, UseCase, [Used(UsageKind.Interaction, "Observation read", 1, 3)]);

        Assert.Equal(
            ["Observation search", "Patient read", "Patient search", "Observation read"],
            rows.Where(static one => one.Kind == "interaction").Select(static one => one.Name)
        );
        Assert.Equal(["north"], rows.Where(static one => one.Kind == "tenant").Select(static one => one.Name));
        Assert.False(Assert.Single(ElementUses.Of(Client, null, [Used(UsageKind.Tenant, "north", 1, 1)])).Granted);
    }

    private static Client Client { get; } =
        new()
        {
            Id = "acme",
            UseCase = "u",
            Owner = "mary",
            Environment = "production",
        };

    private static UseCase UseCase { get; } =
        RegistryJson.Deserialize<UseCase>(Sample.UseCase) with
        {
            Purposes = ["TREAT"],
            Tenants = ["north", "south"],
            Grants =
            [
                new Grant
                {
                    Types = ["Observation"],
                    Interactions = ["read", "search"],
                    Operations = ["$lastn"],
                    Includes = ["Observation:subject"],
                    Labels = ["HIV"],
                    Elements = ["code", "value"],
                },
                new Grant { Types = ["Patient"], Interactions = ["read", "search"] },
            ],
        };

    private static UsageElement Used(UsageKind kind, string name, int hour, long patients, bool isEstimate = false) =>
        new(kind, name, Noon, Noon.AddHours(hour), 1, patients, isEstimate);
}
