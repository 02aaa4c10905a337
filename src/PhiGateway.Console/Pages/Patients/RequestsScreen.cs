using PhiGateway.Admin.Accounting;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>Shows patients' requests for an accounting with their clocks, over all patients and without naming one.</summary>
internal sealed class RequestsScreen(DisclosureRegister register, TimeProvider time)
{
    private const int OnePage = 100;

    /// <summary>The list.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        if ((await register.ListRequestsAsync(request.Call)).Failed(out var problem, out var list))
        {
            return problem;
        }

        var now = time.GetUtcNow();
        var (all, skip) = (list.Items, request.Skipped);
        return new PageContent(
            "Requests",
            "patient",
            typeof(RequestsPage),
            new RequestsModel(
                [
                    .. all.OrderBy(static one => one.Answered is not null)
                        .ThenBy(static one => one.Answered is null ? one.Due.UtcTicks : -one.Due.UtcTicks)
                        .Skip(skip)
                        .Take(OnePage),
                ],
                all.Count(static one => one.Answered is null),
                all.Count(one => one.Answered is null && one.Due <= now),
                all.Count,
                skip,
                now
            )
        )
        {
            OnRecord = "that you looked at patients' requests.",
        };
    }
}
