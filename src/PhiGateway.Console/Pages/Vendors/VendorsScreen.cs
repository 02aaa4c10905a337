using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Organizations;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Vendors;

/// <summary>Shows what each organization holds and under which agreement, and stops one with all its clients in one step.</summary>
internal sealed class VendorsScreen(VendorDirectory directory, OrganizationVerbs verbs, TimeProvider time)
{
    /// <summary>All of them.</summary>
    public async Task<ScreenAnswer> ListAsync(ConsoleRequest request) =>
        (await directory.ListAsync(request.Call)).Failed(out var problem, out var list)
            ? problem
            : new PageContent(
                "Vendors",
                "vendors",
                typeof(VendorsPage),
                new VendorsModel(
                    list.Items,
                    DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
                    request.Call.Caller.HasAny(AdminRoles.Closers)
                )
            );

    /// <summary>What stops with one.</summary>
    public Task<ScreenAnswer> PreviewAsync(ConsoleRequest request) => PreviewAsync(request, null);

    /// <summary>Stops it.</summary>
    public async Task<ScreenAnswer> StopAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        var version = long.TryParse(request.Typed("version"), NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? seen : 0;
        var stage = request.Typed("step") switch
        {
            "suspend" => OffboardStage.Suspend,
            "offboard" => OffboardStage.Revoke,
            _ => (OffboardStage?)null,
        };
        if (stage is null)
        {
            return await PreviewAsync(request, AdminProblem.Invalid("/step", "required", "Choose what to do: suspend or end."));
        }

        var body = new OffboardBody(request.Typed("reason"), stage.Value);
        return (await verbs.OffboardAsync(request.CallOn(ETag.Of(version)), id, body)).Failed(out var problem, out var outcome)
            ? await PreviewAsync(request, problem)
            : new ScreenAnswer.Go(
                "/console/vendors",
                $"{id} is stopped with its clients, as registry revision {Words.Number(outcome.Revision)}."
            );
    }

    private async Task<ScreenAnswer> PreviewAsync(ConsoleRequest request, AdminProblem? tried)
    {
        if ((await directory.ListAsync(request.Call)).Failed(out var problem, out var list))
        {
            return problem;
        }

        return list.Items.FirstOrDefault(item => item.Organization.Id == request.Route("id")) is not { } vendor
            ? AdminProblem.NotFound("organization")
            : new PageContent(
                "Stop " + vendor.Organization.Id,
                "vendors",
                typeof(VendorStopPage),
                new VendorStopModel(vendor, request.Typed("reason"), tried?.Detail ?? tried?.Title, request.Session.FormToken)
            )
            {
                Status = tried?.Status ?? 200,
            };
    }
}
