using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ShadowVm.Compare.Protection;

/// <summary>Normalised performance over epoch length, both on logarithmic scales, with the published figures dashed.</summary>
internal static class Chart
{
    private static readonly OxyColor[] Colors = [OxyColors.SeaGreen, OxyColors.Firebrick, OxyColors.SteelBlue];

    public static string Svg(string title, Measurement measured, Guest guest, long[] lengths, string[] policies)
    {
        var plot = new PlotModel { Title = title, PlotAreaBorderColor = OxyColors.Gray };
        plot.Legends.Add(new Legend { LegendPlacement = LegendPlacement.Outside, LegendPadding = 24 });
        plot.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Bottom, Title = "instructions in an epoch" });
        plot.Axes.Add(new LogarithmicAxis { Position = AxisPosition.Left, Title = "time protected / alone", Minimum = 0.9 });
        for (var i = 0; i < policies.Length; i++)
        {
            var (policy, color) = (policies[i], Colors[i % Colors.Length]);
            Add($"ShadowVm, {policy}", LineStyle.Solid, color, length => measured.Of(guest.Name, length, policy).Median);
            Add($"1995, {policy}", LineStyle.Dash, color, length => Published.Of(guest.Name, policy, length));
        }

        return new SvgExporter { Width = 860, Height = 460, UseVerticalTextAlignmentWorkaround = true }.ExportToString(plot);

        void Add(string name, LineStyle style, OxyColor color, Func<long, double?> at)
        {
            var line = new LineSeries { Title = name, LineStyle = style, Color = color, MarkerType = MarkerType.Circle, MarkerSize = 3 };
            foreach (var length in lengths)
            {
                if (at(length) is { } ratio) line.Points.Add(new DataPoint(length, ratio));
            }

            if (line.Points.Count > 0) plot.Series.Add(line);
        }
    }
}
