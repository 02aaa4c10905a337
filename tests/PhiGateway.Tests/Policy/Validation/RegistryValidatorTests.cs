using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Validation;

public sealed class RegistryValidatorTests
{
    private static readonly DateOnly Today = new(2026, 5, 1);

    public static TheoryData<string, IRegistryEntity> Spoiled =>
        new()
        {
            { "organizations/acme/name", TestRegistry.Organization() with { Name = " " } },
            { "organizations/acme/name", TestRegistry.Organization() with { Name = "Acme\r\nforged" } },
            { "organizations/acme/name", TestRegistry.Organization() with { Name = "Acme\u202eemcA" } },
            { "organizations/acme/name", TestRegistry.Organization() with { Name = "Acme\u2028forged" } },
            { "organizations/acme/name", TestRegistry.Organization() with { Name = "Ac\u200bme" } },
            { "clients/connector/owner", TestRegistry.Client() with { Owner = "mary\u200b@hospital.example" } },
            { "clients/connector/deputy", TestRegistry.Client() with { Deputy = "mary@hospital.example\u200d" } },
            { "clients/connector/deputy", TestRegistry.Client() with { Deputy = "\uff4dary@hospital.example" } },
            { "useCases/lab/owner", TestRegistry.UseCase() with { Owner = "\u2066mary@hospital.example" } },
            {
                "adminKeys/k/person",
                new AdminKey
                {
                    Id = "k",
                    Person = "li\u2060@hospital.example",
                    Hash = new string('0', 64),
                    Roles = ["viewer"],
                    Created = TestRegistry.Now,
                }
            },
            { "organizations/?/id", TestRegistry.Organization("Ácme") },
            { "organizations/?/id", TestRegistry.Organization("-acme") },
            { "organizations/?/id", TestRegistry.Organization("a\u200bcme") },
            { "organizations/acme/lastReview/on", Reviewed(new VendorReview(Today.AddDays(1), "li", "r")) },
            { "organizations/acme/lastReview/by", Reviewed(new VendorReview(Today, " ", "r")) },
            { "organizations/acme/lastReview/reference", Reviewed(new VendorReview(Today, "li", "a\nb")) },
            { "organizations/acme/lastReview/nextDue", Reviewed(new VendorReview(Today.AddDays(-9), "li", "r", Today)) },
            { "organizations/acme/lastReview/nextDue", Reviewed(new VendorReview(Today, "li", "r", Today.AddDays(1097))) },
            {
                "agreements/baa/legalReview/until",
                TestRegistry.Agreement() with
                {
                    LegalReview = new LegalReview("l", new DateOnly(2026, 1, 1), "r", Today),
                }
            },
            {
                "agreements/baa/legalReview/until",
                TestRegistry.Agreement() with
                {
                    LegalReview = new LegalReview("l", new DateOnly(2026, 9, 1), "r", new DateOnly(2026, 9, 1)),
                }
            },
            { "agreements/baa/organization", TestRegistry.Agreement(organization: "nobody") },
            { "clients/connector/actors/0", TestRegistry.Client() with { Actors = ["nobody"] } },
            { "agreements/baa/expires", TestRegistry.Agreement() with { Expires = Today } },
            { "agreements/baa/jurisdictions", TestRegistry.Agreement() with { Jurisdictions = [] } },
            { "agreements/baa/jurisdictions/0", TestRegistry.Agreement() with { Jurisdictions = ["usa"] } },
            { "useCases/lab/owner", TestRegistry.UseCase() with { Owner = "" } },
            { "useCases/lab/expires", TestRegistry.UseCase() with { Expires = new DateOnly(2026, 4, 30) } },
            { "useCases/lab/agreement", TestRegistry.UseCase() with { Agreement = null } },
            { "useCases/lab/grants", TestRegistry.UseCase() with { Grants = [] } },
            {
                "useCases/lab/grants/0/where/colour",
                TestRegistry.UseCase(grants: TestRegistry.Grant() with { Where = new Dictionary<string, string> { ["colour"] = "red" } })
            },
            {
                "useCases/lab/grants/0/interactions",
                TestRegistry.UseCase(grants: TestRegistry.Grant() with { Interactions = ["update"], Elements = ["status"] })
            },
            {
                "useCases/lab/grants/0/labels/1",
                TestRegistry.UseCase(grants: TestRegistry.Grant() with { Labels = ["NORDSCLCD", "DEID"] })
            },
            {
                "useCases/lab/grants/0/masks/1",
                TestRegistry.UseCase(grants: TestRegistry.Grant() with { Masks = ["subject.display", "meta.security"] })
            },
            { "useCases/lab/grants/0/masks/0", TestRegistry.UseCase(grants: TestRegistry.Grant() with { Masks = ["subject..display"] }) },
            {
                "useCases/lab/grants/0/interactions",
                TestRegistry.UseCase(grants: TestRegistry.Grant() with { Interactions = ["read", "update"], Masks = ["note"] })
            },
            { "useCases/lab/grants/0/patients/roster", TestRegistry.UseCase(grants: TestRegistry.Grant("nobodys")) },
            { "clients/connector/useCase", TestRegistry.Client(useCase: "nothing") },
            { "clients/connector/owner", TestRegistry.Client() with { Owner = " " } },
            { "clients/connector/deputy", TestRegistry.Client() with { Deputy = "Mary@hospital.example" } },
            { "clients/connector/environment", TestRegistry.Client() with { Environment = "test" } },
            { "clients/connector", TestRegistry.Client() with { Tenants = [null!] } },
            { "credentials/connector-oidc/client", TestRegistry.Credential(client: "nobody") },
            { "credentials/connector-oidc/clientId", TestRegistry.Credential() with { ClientId = null } },
            { "credentials/connector-oidc/clientId", TestRegistry.Credential() with { ClientId = "taken" } },
            {
                "credentials/connector-oidc/thumbprint",
                TestRegistry.Credential() with
                {
                    Kind = CredentialKind.Certificate,
                    Thumbprint = "12",
                }
            },
            { "approvals/approval/approvedBy", TestRegistry.Approval(new string('a', 64)) with { ApprovedBy = "mary@HOSPITAL.example" } },
            { "approvals/approval/fingerprint", TestRegistry.Approval("current") },
            {
                "taskGrants/t/resource",
                new TaskGrant
                {
                    Id = "t",
                    Client = "connector",
                    Patient = "Patient/17",
                    Workflow = "w",
                    Expires = TestRegistry.Now.AddDays(1),
                }
            },
            {
                "taskGrants/t/expires",
                new TaskGrant
                {
                    Id = "t",
                    Client = "connector",
                    Patient = "17",
                    Workflow = "w",
                    Expires = TestRegistry.Now.AddDays(-3),
                }
            },
            {
                "reviews/r/by",
                new Review
                {
                    Id = "r",
                    Client = "connector",
                    On = Today,
                    By = "",
                }
            },
            {
                "adminKeys/k/roles/0",
                new AdminKey
                {
                    Id = "k",
                    Person = "p",
                    Hash = new string('0', 64),
                    Roles = ["root"],
                    Created = TestRegistry.Now,
                }
            },
            {
                "adminKeys/k/hash",
                new AdminKey
                {
                    Id = "k",
                    Person = "p",
                    Hash = "secret",
                    Roles = ["viewer"],
                    Created = TestRegistry.Now,
                }
            },
        };

    [Fact]
    public void Validate_SoundDocuments_FindsNothing() => Assert.Empty(Validate([.. TestRegistry.Open()]));

    [Theory]
    [MemberData(nameof(Spoiled), DisableDiscoveryEnumeration = true)]
    public void Validate_SpoiledDocument_SaysWhere(string path, IRegistryEntity spoiled) =>
        Assert.Contains(Validate([spoiled]), problem => problem.Path == path);

    [Fact]
    public void Validate_ReviewsWithTheirNextDates_FindsNothing() =>
        Assert.Empty(
            Validate([
                Reviewed(new VendorReview(Today, "li", "VR-1", Today.AddDays(1096))),
                TestRegistry.Agreement() with
                {
                    LegalReview = new LegalReview("counsel", new DateOnly(2026, 1, 1), "LR-1", Today.AddDays(1)),
                },
            ])
        );

    [Fact]
    public void Validate_NamesOfAllScripts_FindsNothing() =>
        Assert.Empty(
            Validate([
                TestRegistry.Organization() with
                {
                    Name = "\u0634\u0631\u06a9\u062a\u200c\u0647\u0627",
                },
                TestRegistry.Client() with
                {
                    Owner = "m\u00e9lanie@h\u00f4pital.example",
                    Deputy = "\u674e\u4f1f",
                },
            ])
        );

    [Fact]
    public void Validate_SameCredentialTwice_IsFoundAtBoth()
    {
        var problems = Validate([TestRegistry.Credential(), TestRegistry.Credential("second")]);
        Assert.Equal(
            ["credentials/connector-oidc/clientId", "credentials/second/clientId"],
            problems.Select(static problem => problem.Path)
        );
    }

    [Fact]
    public void Validate_SameCertificateInAnotherSpelling_IsFoundAtBoth()
    {
        Credential Certificate(string id, string thumbprint) =>
            new()
            {
                Id = id,
                Client = "connector",
                Kind = CredentialKind.Certificate,
                Thumbprint = thumbprint,
            };
        var problems = Validate([
            Certificate("one", new string('a', 64)),
            Certificate("two", new string('A', 64)),
            Certificate("three", new string('b', 64)),
        ]);
        Assert.Equal(["credentials/one/thumbprint", "credentials/two/thumbprint"], problems.Select(static problem => problem.Path));
    }

    [Fact]
    public void Validate_CredentialHeldByItself_IsFine() =>
        Assert.Empty(
            RegistryValidator.Validate([TestRegistry.Credential()], Stored, static (_, _) => true, Today, static (_, _) => "connector-oidc")
        );

    [Fact]
    public void Validate_SeveralMistakes_ListsAllAtOnce()
    {
        var problems = Validate([TestRegistry.Client() with { Owner = "", Environment = "test", Networks = ["x"], DelegationDepth = 99 }]);
        Assert.Equal(
            [
                "clients/connector/delegationDepth",
                "clients/connector/environment",
                "clients/connector/networks/0",
                "clients/connector/owner",
            ],
            problems.Select(static problem => problem.Path).Order()
        );
    }

    [Fact]
    public void Validate_DocumentTwice_IsFound() =>
        Assert.Contains(Validate([TestRegistry.Client(), TestRegistry.Client()]), static problem => problem.Path == "clients/connector");

    private static Organization Reviewed(VendorReview review) => TestRegistry.Organization() with { LastReview = review };

    private static IReadOnlyList<RegistryProblem> Validate(IReadOnlyList<IRegistryEntity> written) =>
        RegistryValidator.Validate(
            written,
            Stored,
            static (_, parameter) => parameter is "category" or "code",
            Today,
            static (_, clientId) => clientId == "taken" ? "someone-elses" : null
        );

    private static IRegistryEntity? Stored(RegistryKind kind, string id) =>
        TestRegistry.Open().Find(entity => RegistryPaths.KindOf(entity) == kind && entity.Id == id);
}
