"""Series and images to lines of text: plotext, half blocks, palettes. No app, no tensors."""
