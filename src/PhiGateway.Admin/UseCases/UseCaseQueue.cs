using System.Runtime.CompilerServices;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.UseCases;

/// <summary>
/// Lists the uses of PHI that are documented and that nobody has approved: their clients stay shut until then. Called by the console.
/// </summary>
internal sealed class UseCaseQueue(WorkingSetSource sets)
{
    private static readonly ConditionalWeakTable<WorkingSet, IReadOnlyList<WaitingUseCase>> Known = [];

    /// <summary>One part of them, those that wait longest first.</summary>
    /// <param name="call">The call.</param>
    /// <param name="skip">How many stand before the part.</param>
    /// <param name="take">How many stand in it.</param>
    public async Task<ListSlice<WaitingUseCase>> WaitingAsync(AdminCall call, int skip, int take) =>
        ListSlice<WaitingUseCase>.Of(Known.GetValue(await sets.GetAsync(call.Cancelled), static set => Of(set)), skip, take);

    // Once in each state of the registry.
    private static IReadOnlyList<WaitingUseCase> Of(WorkingSet set) =>
        [
            .. set.Kind(RegistryKind.UseCase)
                .Values.Where(static item => item.Entity is UseCase { Status: UseCaseStatus.Draft })
                .OrderBy(static item => item.Item.UpdatedAt)
                .ThenBy(static item => item.Item.Id, StringComparer.Ordinal)
                .Select(item => Of(set, (UseCase)item.Entity!, item.Item)),
        ];

    private static WaitingUseCase Of(WorkingSet set, UseCase useCase, RegistryItem item) =>
        new(
            useCase.Id,
            useCase.Title,
            useCase.Organization,
            useCase.Grants.Count,
            set.ClientsOf(useCase.Id).Count(),
            item.UpdatedAt,
            item.UpdatedBy
        );
}

/// <summary>One use of PHI that waits for an approver.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Organization">Whose clients serve it.</param>
/// <param name="Grants">How many grants it has; 0: there is nothing to approve yet.</param>
/// <param name="Clients">How many clients are to serve it.</param>
/// <param name="Since">When it was last written, UTC.</param>
/// <param name="By">Who wrote it last.</param>
public sealed record WaitingUseCase(string Id, string Title, string Organization, int Grants, int Clients, DateTimeOffset Since, string By);
