namespace PhiGateway.Console.Pages.Search;

/// <summary>A search that somebody keeps, as the screen lists it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Href">Its address.</param>
/// <param name="By">Who keeps it.</param>
public sealed record SavedLine(string Id, long Version, string Title, string Href, string By);
