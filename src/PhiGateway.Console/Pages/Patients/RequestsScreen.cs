using PhiGateway.Admin.Accounting;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>Shows patients' requests for an accounting with their clocks, over all patients and without naming one.</summary>
internal sealed class RequestsScreen(DisclosureRegister register, LongWork work, TimeProvider time)
{
    private const string Path = "/console/requests";
    private const int OnePage = 100;

    /// <summary>The list.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        // The steps of every request there is or was are read out of the trail.
        var skip = request.Skipped;
        var made = await work.BehindAsync(request, WorkKey.Of(request, "requests", Words.Number(skip)), register.ListRequestsAsync);
        if (made is null)
        {
            var here = Links.With(Path, ("skip", ListPart.AskedOf(skip)));
            return WaitAnswer.Of("patient", new WaitModel("Requests", "The patients' requests are being gathered.", here));
        }

        if (made.Outcome.Failed(out var problem, out var list))
        {
            return problem;
        }

        var now = time.GetUtcNow();
        var all = list.Items;
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
