/* The analogue-digital converter, at the tamper loop. */
#ifndef ADC_H
#define ADC_H

void adc_start(void);

#endif
