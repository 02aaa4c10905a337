using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Tests.Policy.Snapshot;

/// <summary>A registry of any size: a use case and a roster for every hundred clients; patient p1 is on the first roster.</summary>
internal static class LargeRegistry
{
    internal static Client Client(int number) => TestRegistry.Client($"client-{number}", $"use-case-{number / 100}");

    internal static RegistryChanges Create(int clients, int members)
    {
        var items = new List<RegistryItem> { TestRegistry.Item(TestRegistry.Organization()), TestRegistry.Item(TestRegistry.Agreement()) };
        var rosters = ((clients - 1) / 100) + 1;
        for (var roster = 0; roster < rosters; roster++)
        {
            items.Add(TestRegistry.Item(TestRegistry.Roster($"roster-{roster}")));
            items.Add(TestRegistry.Item(UseCase(roster)));
        }

        for (var number = 0; number < clients; number++)
        {
            var credential = TestRegistry.Credential($"credential-{number}", $"client-{number}", $"client-{number}");
            var fingerprint = ApprovalFingerprint.Of(
                Client(number),
                UseCase(number / 100),
                TestRegistry.Agreement(),
                TestRegistry.Organization(),
                [credential]
            );
            items.Add(TestRegistry.Item(Client(number)));
            items.Add(TestRegistry.Item(credential));
            items.Add(TestRegistry.Item(TestRegistry.Approval(fingerprint, $"approval-{number}", $"client-{number}")));
        }

        var changes = new RosterMemberChange[members];
        for (var number = 0; number < members; number++)
        {
            changes[number] = new RosterMemberChange(
                new RosterMember($"roster-{(number < 2 ? 0 : number % rosters)}", PatientId.Parse($"p{number}")),
                false
            );
        }

        return new RegistryChanges(1, items, changes, []);
    }

    private static UseCase UseCase(int number) =>
        TestRegistry.UseCase($"use-case-{number}", grants: TestRegistry.Grant($"roster-{number}"));
}
